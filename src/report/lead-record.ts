/** One contact's page: its life, its chances, and what the model would say if facts were others. */
import type { FeatureValue } from "../analysis/conversion/model.ts";
import type { Filter } from "../catalogue/types.ts";
import { type Asked, currencyOf, type Framed, framed, type ReportParts } from "./common.ts";
import type { Page } from "./events.ts";
import { type OpenedLead, openedLead } from "./leads.ts";
import { attempted, type Part } from "./overview.ts";
import type { Purpose } from "./scores/definition.ts";
import { type Answered, whatIfReport } from "./what-if.ts";

export interface LeadRecord {
  framed: Framed;
  lead: OpenedLead;
  /** What its budget is in, where that is money. */
  currency: string;
  /** Null where no model scores it. */
  tried: { purpose: Purpose; answer: Part<Answered> } | null;
}

export interface LeadRecordAsked extends Asked {
  contact_id: string;
  /** Of the timeline alone. */
  filters: readonly Filter[];
  after: Page | null;
  limit: number;
  model: Purpose | null;
  changes: Readonly<Record<string, string>>;
}

type Log = (what: string, error: unknown) => void;

/** Null for a contact of whom nothing may be seen. */
export async function leadRecord(parts: ReportParts, asked: LeadRecordAsked, log: Log): Promise<LeadRecord | null> {
  const { contact_id, changes } = asked;
  const lead = await openedLead(parts, asked, log);
  if (!lead) return null;
  const scored = lead.scores.ok ? lead.scores.value.filter(({ method }) => method === "model") : [];
  const chosen = scored.find(({ purpose }) => purpose === asked.model) ?? scored[0];
  const of = async (purpose: Purpose, location_id: string): Promise<Answered> => {
    const about = { ...asked, filters: [], timeframe: "90d", location_id, purpose, contact_id } as const;
    const plain = await whatIfReport(parts, { ...about, changes: {} });
    if ("refused" in plain) return plain;
    const wanted = readChanges(plain.factors, changes);
    return Object.keys(wanted).length === 0 ? plain : whatIfReport(parts, { ...about, changes: wanted });
  };
  return {
    framed: await framed(parts, { ...asked, filters: [] }),
    lead,
    currency: currencyOf(
      parts.control,
      lead.life.summary.by_location.map(({ location_id }) => location_id),
    ),
    tried: chosen
      ? {
          purpose: chosen.purpose,
          answer: await attempted(log)("what if", of(chosen.purpose, chosen.location_id)),
        }
      : null,
  };
}

/** From the texts of a form: a number where the factor is one; what is no number, or left as it was, changes nothing. */
function readChanges(
  factors: readonly { factor: string; plausible: { kind: "number" | "category" } }[],
  changes: Readonly<Record<string, string>>,
): Record<string, FeatureValue> {
  const wanted: Record<string, FeatureValue> = {};
  for (const { factor, plausible } of factors) {
    const text = changes[factor]?.trim();
    if (!text) continue;
    if (plausible.kind === "category") wanted[factor] = text;
    else if (Number.isFinite(Number(text))) wanted[factor] = Number(text);
  }
  return wanted;
}
