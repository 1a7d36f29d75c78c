/** The seller bot's four questions: how far contacts came, how warm they are, where they stall. */
import { shareOf } from "./read-answer.ts";
import type { Scan } from "./scan.ts";

export interface Qualification {
  /** Contacts with any progress. */
  contacts: number;
  questions: readonly {
    question: string;
    /** Who answered at least so many. */
    contacts: number;
    /** Of the contacts with any progress. */
    rate: number | null;
  }[];
  /** Contacts by their latest known temperature in the timeframe, also where it was changed elsewhere. */
  temperatures: { hot: number; warm: number; cold: number };
  stalls: {
    count: number;
    /** Progress events. */
    steps: number;
    rate: number | null;
    by_question: readonly { question: string; count: number; steps: number }[];
  };
  /** Mean, 0 to 100. */
  effectiveness: number | null;
}

export const QUESTIONS = ["Q1", "Q2", "Q3", "Q4"] as const;
const PROGRESS = "type = 'jorge_qualification_progress'";

/** All of it in one pass over the events: each contact once, by the most questions it answered and its last temperature. */
export async function qualificationOf(scan: Scan): Promise<Qualification> {
  const [row] = await scan.rows<Readonly<Record<string, number | null>>>(
    `WITH steps AS MATERIALIZED (
       SELECT contact_id, ${PROGRESS} AS progress, {'time': time, 'received_at': received_at, 'id': id} AS moment,
         TRY_CAST(field[1] AS DOUBLE) AS answered, TRY_CAST(field[2] AS INTEGER) AS question,
         CASE WHEN ${PROGRESS} THEN field[3] ELSE field[4] END AS temperature,
         field[5] = 'true' AS stalled, TRY_CAST(field[6] AS DOUBLE) AS effectiveness
       FROM (SELECT *, data->>['$.questions_answered', '$.current_question', '$.seller_temperature', '$.to',
           '$.stall_detected', '$.confrontational_effectiveness'] AS field FROM events
         WHERE type IN ('jorge_qualification_progress', 'lead_temperature_changed') AND ${scan.where})
     ), contacts AS (
       SELECT bool_or(progress) AS progress, max(answered) FILTER (progress) AS answered,
         arg_max(temperature, moment) FILTER (temperature IS NOT NULL) AS temperature
       FROM steps WHERE contact_id IS NOT NULL GROUP BY contact_id
     )
     SELECT * FROM (SELECT count(*) FILTER (progress) AS contacts, ${QUESTIONS.map((_, index) => `count(*) FILTER (progress AND answered >= ${index + 1}) AS answered_${index}`).join(", ")},
         ${["hot", "warm", "cold"].map((name) => `count(*) FILTER (temperature = '${name}') AS ${name}`).join(", ")} FROM contacts),
       (SELECT count(*) AS steps, count(*) FILTER (stalled) AS stalls, avg(effectiveness) AS effectiveness,
         ${QUESTIONS.map((_, index) => `count(*) FILTER (question = ${index}) AS steps_${index}, count(*) FILTER (question = ${index} AND stalled) AS stalls_${index}`).join(", ")}
         FROM steps WHERE progress)`,
  );
  const count = (name: string): number => row?.[name] ?? 0;
  return {
    contacts: count("contacts"),
    questions: QUESTIONS.map((question, index) => {
      const contacts = count(`answered_${index}`);
      return { question, contacts, rate: shareOf(contacts, count("contacts")) };
    }),
    temperatures: { hot: count("hot"), warm: count("warm"), cold: count("cold") },
    stalls: {
      count: count("stalls"),
      steps: count("steps"),
      rate: shareOf(count("stalls"), count("steps")),
      by_question: QUESTIONS.map((question, index) => ({
        question,
        count: count(`stalls_${index}`),
        steps: count(`steps_${index}`),
      })),
    },
    effectiveness: row?.effectiveness ?? null,
  };
}
