import { CHART_SCRIPTS } from "./charts/chart.ts";
import { bucketEnds } from "./charts/data.ts";
import { annotateAction } from "./charts/noted.ts";
import { elsewhereNotice, type FiguresShell, figuresLayout, partial, periodLine, previousName } from "./figures.ts";
import { type Html, html } from "./html.ts";
import { exportMenu } from "./parts/export-menu.ts";
import { kpiCard } from "./parts/kpi-card.ts";
import { revenueChart, revenueChartProps } from "./revenue/chart.ts";
import { largestPanel } from "./revenue/largest.ts";
import { monthPanel } from "./revenue/month.ts";
import { moversPanel } from "./revenue/movers.ts";
import type { RevenueShown } from "./revenue/own.ts";
import { partsPanels } from "./revenue/parts.ts";

/** What came in, who and what brought it, what moved it, and what comes next. */
export function revenuePage(shown: RevenueShown, shell: FiguresShell): Html {
  const { report, query, now, own } = shown;
  return figuresLayout({
    title: "Revenue",
    nav: "revenue",
    query,
    shell,
    sub: periodLine(report.framed, report.previous, now),
    actions: html`${annotate(shown, shell)}${exportMenu(shown, [
      {
        title: "Money over time",
        what: "query",
        own: { kpi: "revenue,commission,cost,margin", grain: report.framed.frame.grain },
      },
      { title: "By bot", what: "drill-down", own: { kpi: own.measure, by: "bot_id" } },
      { title: "By source", what: "drill-down", own: { kpi: own.measure, by: "data.source" } },
      { title: "The events behind revenue", what: "events", own: { kpi: "revenue" } },
    ])}`,
    scripts: CHART_SCRIPTS,
    body: html`${notice(shown)}${cards(shown)}
      <div class="grid mt-3">${revenueChart(shown)}${monthPanel(shown)}${moversPanel(shown)}${partsPanels(shown)}${largestPanel(shown)}</div>`,
  });
}

function annotate(shown: RevenueShown, shell: FiguresShell): Html | null {
  const drawn = revenueChartProps(shown);
  return drawn && annotateAction(drawn, shown, shell);
}

/** The moving parts, one a fragment. */
export function revenueFragments(shown: RevenueShown): readonly Html[] {
  const { report, now } = shown;
  return [
    partial("period", periodLine(report.framed, report.previous, now)),
    partial("notice", notice(shown)),
    partial("kpis", cards(shown)),
    partial("revenue-chart", revenueChart(shown)),
    partial("revenue-month", monthPanel(shown)),
    partial("revenue-movers", moversPanel(shown)),
    ...report.parts.map(({ by }, index) =>
      partial(`revenue-by-${by.replace(/\W/g, "-")}`, partsPanels(shown)[index] ?? html``),
    ),
    partial("revenue-largest", largestPanel(shown)),
  ];
}

function notice(shown: RevenueShown): Html {
  return elsewhereNotice(shown, shown.report.framed.timezone);
}

function cards({ report, query, now }: RevenueShown): Html {
  const { figures, framed, buckets } = report;
  const context = {
    previous: previousName(framed, report.previous !== null),
    partial: bucketEnds(buckets, framed, now),
    query,
  };
  const labels = { revenue: "Revenue", commission: "Commission", cost: "Cost", margin: "Margin" } as const;
  return html`<section class="kpis kpis-4" id="kpis" aria-label="Key figures">${(
    ["revenue", "commission", "cost", "margin"] as const
  ).map((key) =>
    kpiCard(
      { key, label: labels[key], figure: figures.ok ? { ok: true, value: figures.value[key] } : figures },
      context,
    ),
  )}</section>`;
}
