/** The page of leads: the table, and the one that is looked at. One that fails does not take the other with it. */
import { type Asked, type Framed, framed, type ReportParts } from "./common.ts";
import { type ContactLife, contactLife } from "./contact.ts";
import { type ContactTable, type ContactTableAsked, contactTable } from "./contact-table.ts";
import type { Page } from "./events.ts";
import { type LeadScore, leadScore } from "./lead-score.ts";
import { attempted, type Part } from "./overview.ts";
import { PURPOSES } from "./scores/definition.ts";

type Log = (what: string, error: unknown) => void;

/** One contact: its life, and its chances. */
export interface OpenedLead {
  life: ContactLife;
  scores: Part<readonly LeadScore[]>;
}

export interface LeadsReport {
  framed: Framed;
  table: Part<ContactTable>;
  /** False while the chances are being computed. */
  scored: boolean;
  /** Null when none is looked at; of one of whom nothing may be seen, too. */
  opened: Part<OpenedLead | null> | null;
}

export interface LeadsAsked extends ContactTableAsked {
  open: string | null;
}

const EVENTS_SHOWN = 20;

export async function leadsReport(parts: ReportParts, asked: LeadsAsked, log: Log): Promise<LeadsReport> {
  const { open, chances } = asked;
  const attempt = attempted(log);
  const resolved = await framed(parts, asked);
  const [table, opened] = await Promise.all([
    attempt("leads", contactTable(parts, asked)),
    open === null
      ? null
      : attempt(
          "lead",
          openedLead(parts, { ...asked, contact_id: open, filters: [], after: null, limit: EVENTS_SHOWN }, log),
        ),
  ]);
  return { framed: resolved, table, scored: chances !== null, opened };
}

export interface OpenedAsked extends Asked {
  contact_id: string;
  after: Page | null;
  limit: number;
}

/** Of its whole life, whatever the timeframe. Null for a contact of whom nothing may be seen. */
export async function openedLead(parts: ReportParts, asked: OpenedAsked, log: Log): Promise<OpenedLead | null> {
  const { contact_id, personal = false } = asked;
  const life = await contactLife(parts, { ...asked, timeframe: "all", scored: false });
  if (!life) return null;
  const resolved = await framed(parts, { ...asked, timeframe: "90d", filters: [] });
  const scores = async (): Promise<readonly LeadScore[]> => {
    const found: LeadScore[] = [];
    for (const purpose of PURPOSES) {
      const score = await leadScore(parts, locatedAs(resolved, life), { purpose, contact_id, personal });
      if (score) found.push(score);
    }
    return found;
  };
  return { life, scores: await attempted(log)("scores", scores()) };
}

/** Only where it is known: every location that is looked at costs. */
function locatedAs(resolved: Framed, { summary }: ContactLife): Framed {
  const locations = summary.by_location.map(({ location_id }) => location_id);
  return { ...resolved, scope: { ...resolved.scope, locations } };
}
