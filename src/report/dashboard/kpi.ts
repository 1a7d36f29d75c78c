/** The figures of all KPI cards, in as few questions as there are stretches and filters among them. */
import type { Kpi } from "../../catalogue/types.ts";
import type { DashboardCard } from "../../control/dashboard-cards.ts";
import type { ReportParts } from "../common.ts";
import { knownKpi } from "../custom-kpis.ts";
import type { DashboardAsked } from "../dashboard.ts";
import { kpiFigures } from "../kpis.ts";
import type { Part } from "../overview.ts";
import type { CardAnswer } from "./answers.ts";

interface Wanted {
  card: DashboardCard;
  asked: DashboardAsked;
}

type Attempt = <T>(what: string, work: Promise<T>) => Promise<Part<T>>;

/** By the card's id. Where the question of several fails, each asks for itself, so that only the broken one is missing. */
export async function kpiAnswers(
  parts: ReportParts,
  wanted: readonly Wanted[],
  attempt: Attempt,
): Promise<ReadonlyMap<string, Part<CardAnswer>>> {
  const groups = new Map<string, { id: string; key: string; asked: DashboardAsked }[]>();
  for (const { card, asked } of wanted) {
    if (card.kind !== "kpi") continue;
    const group = JSON.stringify([asked.timeframe, asked.filters]);
    groups.set(group, [...(groups.get(group) ?? []), { id: card.id, key: card.kpi, asked }]);
  }
  const answers = [...groups.values()].map(async (group) => {
    const together = await attempt("cards", figuresOf(parts, group));
    if (together.ok) return together.value;
    const alone = group.map(async (one) => {
      const own = await attempt(one.key, figuresOf(parts, [one]));
      return own.ok ? own.value : [[one.id, own] as const];
    });
    return (await Promise.all(alone)).flat();
  });
  return new Map((await Promise.all(answers)).flat());
}

async function figuresOf(
  parts: ReportParts,
  group: readonly { id: string; key: string; asked: DashboardAsked }[],
): Promise<(readonly [string, Part<CardAnswer>])[]> {
  const [first] = group;
  if (!first) return [];
  const { currency, compare, ...asked } = first.asked;
  const kpis = [...new Set(group.map(({ key }) => key))].map(
    (key) => [key, knownKpi(parts.control, asked, key)] as const,
  );
  const known = kpis.flatMap(([, kpi]): Kpi[] => (kpi ? [kpi] : []));
  const options = {
    comparisons: compare,
    trends: true,
    previous_trends: compare,
    ...(currency === null ? {} : { currency }),
  };
  const { kpis: figures } = await kpiFigures(parts, { ...asked, ...options, kpis: known });
  return group.map(({ id, key }) => {
    const figure = figures[key];
    return [id, figure ? { ok: true, value: { kind: "kpi", figure } } : gone(key)] as const;
  });
}

function gone(key: string): Part<CardAnswer> {
  return { ok: false, reason: `There is no KPI ${key} here any more.` };
}
