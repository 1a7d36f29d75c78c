/** What a model of a location foretells, and from what: kept with each version, as a model means nothing without it. */
import { z } from "zod";

export const PURPOSES = ["conversion", "churn"] as const;
export type Purpose = (typeof PURPOSES)[number];

/** A key goes into the text of SQL: it has only letters, digits, - and _. */
export const EXTRA_KEY = /^[A-Za-z_][A-Za-z0-9_-]{0,39}$/;

const extraSchema = z.object({ key: z.string().regex(EXTRA_KEY), kind: z.enum(["number", "category"]) });

/** Values that a feature had in training: what can be tried instead. */
const plausibleSchema = z.union([
  z.object({ kind: z.literal("number"), values: z.array(z.number()) }),
  z.object({ kind: z.literal("category"), values: z.array(z.string()) }),
]);
export type Plausible = z.infer<typeof plausibleSchema>;

export const definitionSchema = z.object({
  /** Events that make a contact a lead (of churn: a buyer). */
  entry: z.array(z.string()),
  /** Events that are the outcome (of churn: whose absence is). */
  target: z.array(z.string()),
  /** Events that close it without the outcome. */
  lost: z.array(z.string()),
  horizon_days: z.number(),
  /** The one whose money counts. */
  currency: z.string(),
  extras: z.array(extraSchema),
  plausible: z.record(z.string(), plausibleSchema),
  /** The newest event that outcomes were looked for in; microseconds. */
  known_to: z.number(),
});
export type Definition = z.infer<typeof definitionSchema>;

/** Who is looked at where nothing was learned yet. */
export const USUAL: Readonly<Record<Purpose, Omit<Definition, "currency" | "known_to">>> = {
  conversion: {
    entry: ["lead_created", "jorge_qualification_progress"],
    target: ["lead_converted"],
    lost: ["lead_lost"],
    horizon_days: 30,
    extras: [],
    plausible: {},
  },
  churn: {
    entry: ["deal_closed", "order_placed", "booking_completed", "payment_received"],
    target: ["deal_closed", "order_placed", "booking_completed", "payment_received"],
    lost: [],
    horizon_days: 90,
    extras: [],
    plausible: {},
  },
};
