/** What stands on a dashboard: cards as data. One schema a kind; what a kind shows is in report/dashboard and views/dashboards/cards. */
import { z } from "zod";
import { COLUMNS, overlap, ROWS_MAX } from "../catalogue/grid.ts";
import { TIMEFRAMES } from "../catalogue/period.ts";

export const CARDS_MAX = 60;
/** Of the form in which cards are kept: a later form is told from this one by it. */
export const CARDS_VERSION = 1;
const FILTERS_MAX = 10;
const KPIS_MAX = 6;
const STEPS_MAX = 8;
const TEXT_CHARS_MAX = 4_000;

const kpiKey = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, "Use a key such as revenue.");
const dimension = z.string().min(1).max(256);
const typeName = z.string().regex(/^[a-z][a-z0-9_.:-]{0,63}$/, "Use an event type such as lead_created.");

/** Of every card: which one it is, where it stands, and what of the page it overrides. */
const COMMON = {
  id: z.string().regex(/^[a-z0-9]{1,24}$/, "Use small letters and digits."),
  x: z
    .int()
    .min(0)
    .max(COLUMNS - 1),
  y: z
    .int()
    .min(0)
    .max(ROWS_MAX - 1),
  w: z.int().min(1).max(COLUMNS),
  h: z.int().min(1).max(24),
  title: z.string().trim().max(80).default("").describe("Empty: as its contents say."),
} as const;

/** Of cards that are figures of a timeframe. */
const FIGURES = {
  ...COMMON,
  timeframe: z.enum(TIMEFRAMES).nullable().default(null).describe("Null: the page's."),
  filters: z
    .array(z.string().min(1).max(2_000))
    .max(FILTERS_MAX)
    .default([])
    .describe("field:op:value; they take the place of the page's filters of the same field."),
} as const;

export const CHART_KINDS = ["line", "bar", "stacked", "heat"] as const;

export const cardSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("kpi"), ...FIGURES, kpi: kpiKey }),
  z.strictObject({
    kind: z.literal("chart"),
    ...FIGURES,
    kpi: kpiKey,
    chart: z.enum(CHART_KINDS).default("line"),
    by: dimension.nullable().default(null).describe("Null: the whole, over time."),
    grain: z.enum(["hour", "day", "week", "month"]).nullable().default(null).describe("Null: the timeframe's."),
  }),
  z.strictObject({
    kind: z.literal("table"),
    ...FIGURES,
    kpis: z.array(kpiKey).min(1).max(KPIS_MAX),
    by: dimension,
    rows: z.int().min(1).max(100).default(10),
  }),
  z.strictObject({
    kind: z.literal("funnel"),
    ...FIGURES,
    steps: z.array(typeName).max(STEPS_MAX).default([]).describe("Event types in their order; none: the lead funnel."),
    by: z.enum(["contact_id", "conversation_id"]).default("contact_id"),
    window_days: z.int().min(1).max(3_660).default(14).describe("From the first step to the last."),
  }),
  z.strictObject({ kind: z.literal("feed"), ...COMMON }),
  z.strictObject({ kind: z.literal("bots"), ...COMMON }),
  z.strictObject({ kind: z.literal("insights"), ...COMMON }),
  z.strictObject({
    kind: z.literal("text"),
    ...COMMON,
    text: z
      .string()
      .max(TEXT_CHARS_MAX)
      .default("")
      .describe("Lines that begin with # are headings, with - a list; **bold**, *slanted*, [words](https://…)."),
  }),
]);

/** All cards of a dashboard, none over another. */
export const cardsSchema = z
  .array(cardSchema)
  .max(CARDS_MAX, `A dashboard has at most ${CARDS_MAX} cards.`)
  .superRefine((cards, context) => {
    for (const [index, card] of cards.entries()) {
      const at = (message: string, field: string): void =>
        context.addIssue({ code: "custom", path: [index, field], message });
      if (card.x + card.w > COLUMNS) at(`The card ends beyond column ${COLUMNS}.`, "w");
      if (card.y + card.h > ROWS_MAX) at(`The card ends beyond row ${ROWS_MAX}.`, "h");
      if (cards.findIndex(({ id }) => id === card.id) !== index) at("Two cards have this id.", "id");
      const under = cards.findIndex((other, place) => place < index && overlap(card, other));
      if (under >= 0) at(`The card lies over card ${under}.`, "y");
      // What is live about them is known to the page by one name.
      if (card.kind === "feed" || card.kind === "bots")
        if (cards.findIndex(({ kind }) => kind === card.kind) !== index) at("A dashboard has one of these.", "kind");
    }
  });

export type DashboardCard = z.output<typeof cardSchema>;
export type CardKind = DashboardCard["kind"];
export type CardOf<Kind extends CardKind> = Extract<DashboardCard, { kind: Kind }>;

/** As a card is written to the database, and read from it. */
export const keptCards = z.object({ version: z.literal(CARDS_VERSION), cards: z.array(cardSchema) });

/** Tells a card from all others, also from those of another dashboard beside it. */
export function newCardId(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(6))).toString("hex");
}
