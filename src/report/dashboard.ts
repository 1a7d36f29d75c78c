/**
 * A dashboard that somebody made: each card asks for itself, in its own timeframe and with its own filters.
 * It must never let one failed card take the others with it, nor answer a card that its reader may not see.
 */
import { previousOf } from "../catalogue/period.ts";
import type { Filter } from "../catalogue/types.ts";
import type { DashboardCard } from "../control/dashboard-cards.ts";
import { QuestionFault } from "../store/query/fault.ts";
import { type Asked, type Framed, framed, type ReportParts } from "./common.ts";
import { answerOf, type CardAnswer } from "./dashboard/answers.ts";
import { kpiAnswers } from "./dashboard/kpi.ts";
import { attempted, type Part } from "./overview.ts";

/** A card as it is asked: its filters read, and why it is not shown, where it is not. */
export interface OpenedCard {
  card: DashboardCard;
  filters: readonly Filter[];
  /** In words; null: it is shown. */
  closed: string | null;
}

export interface AnsweredCard {
  card: DashboardCard;
  /** Its own timeframe. */
  framed: Framed;
  /** What it is compared with. */
  previous: { from: number; to: number } | null;
  answer: Part<CardAnswer> | { ok: false; closed: string };
}

export interface DashboardReport {
  framed: Framed;
  previous: { from: number; to: number } | null;
  cards: readonly AnsweredCard[];
}

export interface DashboardAsked extends Asked {
  compare: boolean;
  currency: string | null;
}

/** `log` hears what failed. */
export async function dashboardReport(
  parts: ReportParts,
  asked: DashboardAsked,
  cards: readonly OpenedCard[],
  log: (what: string, error: unknown) => void,
): Promise<DashboardReport> {
  const resolved = await framed(parts, asked);
  const attempt = attempted(log);
  // Figures of the same stretch with the same filters are one pair of questions.
  const kpis = kpiAnswers(
    parts,
    cards
      .filter(({ closed }) => closed === null)
      .map((opened) => ({ card: opened.card, asked: askedFor(asked, opened) })),
    attempt,
  );
  const answered = cards.map(async (opened): Promise<AnsweredCard> => {
    const { card, closed } = opened;
    const own = askedFor(asked, opened);
    const frame = await framed(parts, own);
    const compares = asked.compare && frame.frame.name !== "all";
    const previous = compares ? previousOf(frame.scope) : null;
    const part = async (): Promise<AnsweredCard["answer"]> => {
      if (closed !== null) return { ok: false, closed };
      if (card.kind === "kpi") return (await kpis).get(card.id) ?? { ok: false, reason: "Not answered." };
      const answer = answerOf(parts, own, card, compares).then((value) => ({ ok: true, value }) as const, refused);
      const got = await attempt(`card ${card.kind}`, answer);
      return got.ok ? got.value : got;
    };
    return { card, framed: frame, previous, answer: await part() };
  });
  return {
    framed: resolved,
    previous: asked.compare && resolved.frame.name !== "all" ? previousOf(resolved.scope) : null,
    cards: await Promise.all(answered),
  };
}

/** What cannot be asked says why: that is no failure. */
function refused(error: unknown): { ok: false; reason: string } {
  if (error instanceof QuestionFault) return { ok: false, reason: error.detail };
  throw error;
}

/** The page's question with what the card overrides: its timeframe, and its filters in the place of those of the same field. */
function askedFor(asked: DashboardAsked, { card, filters }: OpenedCard): DashboardAsked {
  if (!("timeframe" in card)) return asked;
  const fields = new Set(filters.map(({ field }) => field));
  return {
    ...asked,
    ...(fields.has("location_id") ? { location_id: null } : {}),
    timeframe: card.timeframe ?? asked.timeframe,
    filters: [...asked.filters.filter(({ field }) => !fields.has(field)), ...filters],
  };
}
