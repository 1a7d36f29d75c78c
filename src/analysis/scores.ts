/**
 * Points of leads, where too few outcomes are known for a model: facts are added up, so that each score says what it rests on.
 * It must never call a score a probability: nothing here was learned from what became of other contacts.
 */

export interface Factor {
  factor: string;
  /** The points of all factors add up to the score. */
  points: number;
  /** The fact in words. */
  text: string;
}

export type Level = "low" | "medium" | "high";

export interface Score {
  /** 0 to 100. */
  score: number;
  level: Level;
  /** Those that have points, most first. */
  factors: readonly Factor[];
}

export interface LeadFacts {
  temperature: string | null;
  /** Of four. */
  answered: number;
  qualified: boolean;
  /** Its last step stalled. */
  stalled: boolean;
  /** Since its last event. */
  silent_days: number;
  /** Events in the last seven days. */
  recent_events: number;
}

const HIGH = 60;
const MEDIUM = 30;

const TEMPERATURES: Readonly<Record<string, number>> = { hot: 30, warm: 15 };
const QUALIFIED_POINTS = 35;
const QUESTION_POINTS = 7;
/** Silent for at most so many days. */
const RECENCY: readonly { days: number; points: number }[] = [
  { days: 1, points: 20 },
  { days: 3, points: 14 },
  { days: 7, points: 8 },
  { days: 14, points: 3 },
];
const EVENT_POINTS = 3;
const EVENTS_COUNTED = 5;
const STALL_POINTS = -10;

/** How near an open lead is to converting: stage up to 35, temperature up to 30, recency up to 20, activity up to 15, a stall takes 10. */
export function conversionScore(facts: LeadFacts): Score {
  const { temperature, answered, qualified, stalled, silent_days, recent_events } = facts;
  const recency = RECENCY.find(({ days }) => silent_days <= days)?.points ?? 0;
  const gained: Factor[] = [
    qualified
      ? { factor: "stage", points: QUALIFIED_POINTS, text: "Qualified." }
      : { factor: "stage", points: answered * QUESTION_POINTS, text: `Answered ${answered} of 4 questions.` },
    {
      factor: "temperature",
      points: TEMPERATURES[temperature ?? ""] ?? 0,
      text: `Was ${temperature ?? "never rated"} last.`,
    },
    { factor: "recency", points: recency, text: `Last event ${inDays(silent_days)} ago.` },
    {
      factor: "activity",
      points: EVENT_POINTS * Math.min(EVENTS_COUNTED, recent_events),
      text: `${recent_events} ${recent_events === 1 ? "event" : "events"} in the last 7 days.`,
    },
  ];
  // A stall never takes more than there is: a score is not below 0.
  const lost = stalled ? Math.max(STALL_POINTS, -pointsOf(gained)) : 0;
  return scoreOf([...gained, { factor: "stall", points: lost, text: "The last step stalled." }]);
}

function scoreOf(all: readonly Factor[]): Score {
  const score = pointsOf(all);
  const factors = all
    .filter(({ points }) => points !== 0)
    .sort((one, other) => Math.abs(other.points) - Math.abs(one.points));
  return { score, level: score >= HIGH ? "high" : score >= MEDIUM ? "medium" : "low", factors };
}

function pointsOf(factors: readonly Factor[]): number {
  return factors.reduce((sum, { points }) => sum + points, 0);
}

function inDays(days: number): string {
  const rounded = days < 10 ? Math.round(days * 10) / 10 : Math.round(days);
  return `${rounded} ${rounded === 1 ? "day" : "days"}`;
}
