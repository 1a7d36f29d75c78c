import { describe, expect, test } from "bun:test";
import type { BacktestFigure, ForecastFigure } from "../../../src/report/forecast.ts";
import type { MonthFigure } from "../../../src/report/month.ts";
import { forecastsProps } from "../../../src/web/insights/forecasts.ts";
import { forecastPanel } from "../../../views/insights/forecast.ts";

const DAY = 86_400_000_000;
const START = Date.UTC(2026, 0, 1) * 1_000;

const backtest: BacktestFigure = {
  origins: 30,
  points: 210,
  mae: 4,
  naive_mae: 5,
  relative_mae: 0.88,
  level: 0.8,
  coverage: 0.81,
  coverage_95: 0.95,
  total_coverage: 0.8,
  total_coverage_95: 0.95,
};

function figure(given: Partial<ForecastFigure> = {}): ForecastFigure {
  const at = (day: number): string => new Date((START + day * DAY) / 1_000).toISOString();
  return {
    kpi: "bookings",
    unit: "count",
    horizon_days: 2,
    history_days: 60,
    points: [0, 1].map((day) => ({
      t: at(10 + day),
      yhat: 12.4,
      lower: 9,
      upper: 15.6,
      lower_95: 7,
      upper_95: 18,
    })),
    total_estimate: 24.8,
    confidence_interval: { level: 0.8, lower: 20, upper: 29 },
    confidence_interval_95: null,
    trend: { direction: "up", per_day: 0.1 },
    method: "ensemble",
    weights: [],
    backtest,
    reason: null,
    ...given,
  };
}

const none = {
  points: null,
  total_estimate: null,
  confidence_interval: null,
  trend: null,
  method: null,
  backtest: null,
};
const month: MonthFigure = {
  month: "2026-01",
  from: "2026-01-01T00:00:00Z",
  to: "2026-02-01T00:00:00Z",
  currency: "EUR",
  so_far: "100.00",
  estimate: null,
  lower: null,
  upper: null,
  lower_95: null,
  upper_95: null,
  forecast: figure({
    ...none,
    kpi: "revenue",
    unit: "money",
    currency: "EUR",
    reason: "There is no complete day of history yet.",
  }),
  drivers: null,
};

function shown(bookings: ForecastFigure): string {
  const buckets = Array.from({ length: 10 }, (_, day) => ({
    start: START + day * DAY,
    end: START + (day + 1) * DAY,
    label: START + day * DAY,
  }));
  const past = { buckets, running: null, series: [] };
  return forecastsProps({ bookings, revenue_month: month, past }, "UTC")
    .map((props) => forecastPanel(props).text)
    .join("");
}

describe("a forecast on the page", () => {
  test("says how much better than naive it was, and how often its band was right", () => {
    const text = shown(figure());
    expect(text).toContain("This method&#39;s error was 12% below repeating last week&#39;s day.");
    expect(text).toContain("81% of outcomes lay in the 80% band over 30 tries (210 days).");
    expect(text).toContain("20 to 29 with 80%");
    expect(text).toContain("Trend: rising");
  });

  test("says it as well when it was worse", () => {
    expect(shown(figure({ backtest: { ...backtest, relative_mae: 1.2 } }))).toContain("error was 20% above repeating");
    expect(shown(figure({ backtest: { ...backtest, relative_mae: 1.001 } }))).toContain(
      "error was the same as repeating",
    );
    expect(shown(figure({ backtest: { ...backtest, relative_mae: null, coverage: null } }))).toContain(
      "Too few outcomes to tell how often the 80% band was right.",
    );
  });

  test("that was never tried says so, and one that is naive says why", () => {
    const text = shown(figure({ backtest: null, method: "naive", reason: "Fewer than 14 days of history." }));
    expect(text).toContain("how good it is is not known");
    expect(text).toContain("Fewer than 14 days of history.");
  });

  test("that there is none of says why and what it takes, and draws nothing", () => {
    const text = shown(figure({ ...none, reason: "There is no complete day of history yet." }));
    expect(text).toContain(
      "There is no complete day of history yet. It begins a day after a bot reports booking_created.",
    );
    expect(text).not.toContain("data-chart=");
    expect(text).not.toMatch(/NaN|undefined/);
  });
});
