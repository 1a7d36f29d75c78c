/** The page of all bots: each against its targets, and what those of each trade did. One failed part takes no other with it. */
import { type Bucket, bucketsOf, previousOf } from "../../catalogue/period.ts";
import { formatInstant } from "../../catalogue/time.ts";
import { type BotRow, type BotRows, botRows, maskedBot } from "../bot-performance.ts";
import { type Bots, botsSeen } from "../bots.ts";
import { type Framed, framed, type ReportParts } from "../common.ts";
import { type Intent, intentOf } from "../intent.ts";
import { attempted, type OverviewAsked, type Part } from "../overview.ts";
import { type Pulse, pulseOf } from "../pulse.ts";
import { type Qualification, qualificationOf } from "../qualification.ts";
import { scanOf } from "../scan.ts";
import { type Sequence, sequencesOf } from "../sequences.ts";
import { type EmployeeCard, employeeCards } from "./employees.ts";

/** A bot as this asker may see it. */
export interface BotLine {
  row: BotRow;
  /** By which its page is found; null where its name is masked. */
  page: string | null;
  /** Tells lines apart, whatever they are called. */
  mark: string;
}

export interface BotsPageReport {
  framed: Framed;
  previous: { from: number; to: number } | null;
  buckets: readonly Bucket[];
  bots: Part<{ lines: readonly BotLine[]; total: number }>;
  employees: Part<readonly { line: BotLine; card: EmployeeCard }[]>;
  sequences: Part<readonly Sequence[]>;
  qualification: Part<Qualification>;
  intent: Part<Intent>;
  pulse: Part<Pulse>;
  now: number;
}

/** What changes slowly and costs much; nothing masked but what employees did last. */
export interface BotsFigures {
  rows: Part<BotRows>;
  employees: Part<readonly EmployeeCard[]>;
  sequences: Part<readonly Sequence[]>;
  qualification: Part<Qualification>;
  intent: Part<Intent>;
}

/** How the figures are had: asked each time, or kept for a while. Statuses, steps and ages never are. */
export type BotsFiguresOf = (ask: () => Promise<BotsFigures>) => Promise<BotsFigures>;

export async function botsPage(
  parts: ReportParts,
  asked: OverviewAsked,
  log: (what: string, error: unknown) => void,
  figuresOf: BotsFiguresOf = (ask) => ask(),
): Promise<BotsPageReport> {
  const resolved = await framed(parts, asked);
  const { frame, timezone, scope } = resolved;
  const attempt = attempted(log);
  const personal = asked.personal === true;
  const [{ rows, employees, ...trades }, now, pulse] = await Promise.all([
    figuresOf(() => figures(parts, asked, resolved, log)),
    attempt("statuses", botsSeen(parts.store, scope.locations, asked.now, asked.signal, BOTS_MAX, false)),
    attempt("pulse", pulseOf(parts.store, scope.locations, asked.now, asked.signal)),
  ]);
  const lines = rows.ok ? linesOf(rows.value.bots, now.ok ? now.value : null, personal) : new Map<string, BotLine>();
  return {
    framed: resolved,
    previous: asked.compare && frame.name !== "all" ? previousOf(scope) : null,
    buckets: bucketsOf(frame.grain, timezone, scope.from, scope.to),
    bots: rows.ok ? { ok: true, value: { lines: [...lines.values()], total: rows.value.bots_total } } : rows,
    employees: employees.ok ? { ok: true, value: withLines(employees.value, lines) } : employees,
    ...trades,
    pulse,
    now: asked.now,
  };
}

const BOTS_MAX = 200;

async function figures(
  parts: ReportParts,
  asked: OverviewAsked,
  resolved: Framed,
  log: (what: string, error: unknown) => void,
): Promise<BotsFigures> {
  const scan = scanOf(parts.store, resolved);
  const attempt = attempted(log);
  const [rows, sequences, qualification, intent] = await Promise.all([
    attempt("bots", botRows(parts, { ...asked, comparisons: asked.compare, trends: true }, resolved)),
    attempt("sequences", sequencesOf(scan)),
    attempt("qualification", qualificationOf(scan)),
    attempt("intent", intentOf(scan)),
  ]);
  const employees = rows.ok
    ? await attempt("employees", employeeCards(parts, asked, resolved, rows.value.bots))
    : ({ ok: false, reason: rows.reason } as const);
  return { rows, employees, sequences, qualification, intent };
}

/** By the bots' own ids, each as it is right now. */
function linesOf(rows: readonly BotRow[], now: Bots | null, personal: boolean): ReadonlyMap<string, BotLine> {
  const seen = new Map(now?.bots.map((bot) => [bot.bot_id, bot]));
  return new Map(
    rows.map((row, place) => {
      const bot = seen.get(row.bot_id);
      const fresh = bot
        ? { ...row, status: bot.status, current_step: bot.step, last_seen: formatInstant(bot.last_event_at) }
        : row;
      return [row.bot_id, lineOf(fresh, personal, place)];
    }),
  );
}

/** The place stands for a name that must not be told, not even as a hash that could be guessed at. */
function lineOf(row: BotRow, personal: boolean, place: number): BotLine {
  const shown = personal ? row : maskedBot(row);
  const masked = shown.bot_id !== row.bot_id;
  return {
    row: shown,
    page: masked ? null : row.bot_id,
    mark: masked ? `masked-${place}` : Bun.hash(row.bot_id).toString(36),
  };
}

/** Cards are kept under the names that their lines show. */
function withLines(cards: readonly EmployeeCard[], lines: ReadonlyMap<string, BotLine>) {
  return cards.flatMap((card) => {
    const line = lines.get(card.bot_id);
    return line ? [{ line, card: { ...card, bot_id: line.row.bot_id } }] : [];
  });
}
