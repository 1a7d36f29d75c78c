/** What events say of a contact: each fact is told by events of a few types, and the latest of them counts. */
import type { Scope } from "./scope.ts";

/** Where a contact stands; null for what no event of the range told. */
export interface ContactFacts {
  /** Of a person, as a bot called them. */
  name: string | null;
  temperature: string | null;
  /** Of the pipeline, by its own name. */
  stage: string | null;
  score: number | null;
  /** The latest of all that tell how far it came: new, q1 … q4, qualified, converted, lost, or a stage of the pipeline. */
  step: string | null;
  questions_answered: number | null;
  /** The question it stands at stalled, and nothing went on since. */
  stalled: boolean | null;
  /** As it was sent: a number, mostly. */
  budget: string | null;
  timeline: string | null;
  source: string | null;
  /** "open" for a lead that neither converted nor was lost since it came in. */
  outcome: string | null;
}

const PROGRESS = "'jorge_qualification_progress'";
const LEAD = [
  "'lead_created'",
  "'lead_qualified'",
  "'lead_converted'",
  "'lead_lost'",
  "'lead_stage_changed'",
  "'lead_temperature_changed'",
  "'lead_scored'",
];
/** Only events of these are opened. */
const TELLING = [PROGRESS, ...LEAD, "'ghl_contact_synced'", "'ai_activity'"];

const KEYS = [
  "to",
  "seller_temperature",
  "current_question",
  "questions_answered",
  "stall_detected",
  "budget",
  "timeline",
  "source",
  "name",
  "customer",
  "score",
] as const;

/** A key of data; all of them are taken out of it at once, as each way into JSON costs as much as all. */
function said(key: (typeof KEYS)[number]): string {
  return `said[${KEYS.indexOf(key) + 1}]`;
}

const QUESTION = `least(coalesce(TRY_CAST(${said("current_question")} AS INTEGER), TRY_CAST(${said("questions_answered")} AS INTEGER), 0), 3) + 1`;

/** Null where an event says nothing of it. */
const FACTS: Readonly<Record<keyof ContactFacts, string>> = {
  name: `nullif(trim(CASE WHEN type = 'ai_activity' THEN ${said("customer")} ELSE ${said("name")} END), '')`,
  temperature: `CASE type WHEN 'lead_temperature_changed' THEN ${said("to")} WHEN ${PROGRESS} THEN ${said("seller_temperature")} END`,
  stage: `CASE WHEN type = 'lead_stage_changed' THEN ${said("to")} END`,
  score: `CASE WHEN type = 'lead_scored' THEN TRY_CAST(${said("score")} AS DOUBLE) END`,
  step: `CASE type WHEN 'lead_created' THEN 'new' WHEN ${PROGRESS} THEN 'q' || (${QUESTION}) WHEN 'lead_qualified' THEN 'qualified' WHEN 'lead_converted' THEN 'converted' WHEN 'lead_lost' THEN 'lost' WHEN 'lead_stage_changed' THEN nullif(${said("to")}, '') END`,
  questions_answered: `CASE WHEN type = ${PROGRESS} THEN TRY_CAST(${said("questions_answered")} AS INTEGER) END`,
  stalled: `CASE WHEN type = ${PROGRESS} THEN coalesce(${said("stall_detected")} = 'true', false) WHEN type IN ('lead_qualified', 'lead_converted', 'lead_lost') THEN false END`,
  budget: `CASE WHEN type <> 'ai_activity' THEN nullif(trim(${said("budget")}), '') END`,
  timeline: `CASE WHEN type <> 'ai_activity' THEN nullif(trim(${said("timeline")}), '') END`,
  source: `CASE WHEN type <> 'ai_activity' THEN nullif(trim(${said("source")}), '') END`,
  outcome: `CASE type WHEN 'lead_converted' THEN 'converted' WHEN 'lead_lost' THEN 'lost' WHEN 'lead_created' THEN 'open' WHEN ${PROGRESS} THEN 'open' END`,
};

export const FACT_NAMES = Object.keys(FACTS).join(", ");

/** A row for each contact of whom anything is told. `where`: of the events, bound in the same scope. */
export function factsSql(where: string): string {
  const paths = KEYS.map((key) => `'$.${key}'`).join(", ");
  const latest = Object.keys(FACTS).map((name) => `arg_max(${name}, place) AS ${name}`);
  const each = Object.entries(FACTS).map(([name, sql]) => `${sql} AS ${name}`);
  return (
    `SELECT contact_id, ${latest.join(", ")} FROM (` +
    // Of two events at the same moment the one received later is the latest.
    `SELECT contact_id, {'time': time, 'received_at': received_at, 'id': id} AS place, ${each.join(", ")} FROM (` +
    `SELECT contact_id, time, received_at, id, type, json_extract_string(data, [${paths}]) AS said FROM events ` +
    `WHERE type IN (${TELLING.join(", ")}) AND contact_id IS NOT NULL AND ${where})) GROUP BY contact_id`
  );
}

/** The same scope without its filters; values stay bound in one list. */
export function unfiltered(scope: Scope): Scope {
  return { ...scope, filter: null, question: { ...scope.question, filters: [] } };
}
