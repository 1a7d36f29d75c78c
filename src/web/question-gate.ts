/** Turns: how many uncached questions one caller may have answered at once. The rest wait in line; nobody fills the line of another. */
import { Problem } from "./errors.ts";

export interface QuestionGate {
  /** Does the work when it is the caller's turn. Throws Problem 429 when too many wait, 503 when the turn did not come. */
  run<T>(who: string, signal: AbortSignal, work: () => Promise<T>): Promise<T>;
  running(): number;
  waiting(): number;
  refused(): number;
}

export interface QuestionGateOptions {
  at_once_max: number;
  waiting_max: number;
  /** How long one waits for a turn. */
  timeout_ms: number;
}

interface Line {
  running: number;
  waiting: (() => void)[];
}

export function createQuestionGate({ at_once_max, waiting_max, timeout_ms }: QuestionGateOptions): QuestionGate {
  /** Only of callers that have something running. */
  const lines = new Map<string, Line>();
  const counts = { running: 0, waiting: 0, refused: 0 };

  function turn(line: Line, signal: AbortSignal): Promise<void> | null {
    if (line.running < at_once_max) return null;
    if (line.waiting.length >= waiting_max) {
      counts.refused++;
      throw tooMany(at_once_max);
    }
    counts.waiting++;
    return new Promise((resolve, reject) => {
      const leave = (why: unknown): void => {
        const place = line.waiting.indexOf(enter);
        if (place >= 0) line.waiting.splice(place, 1);
        done();
        reject(why);
      };
      const abort = (): void => leave(signal.reason);
      const timer = setTimeout(() => leave(tooLate()), timeout_ms);
      const done = (): void => {
        counts.waiting--;
        clearTimeout(timer);
        signal.removeEventListener("abort", abort);
      };
      const enter = (): void => {
        done();
        resolve();
      };
      signal.addEventListener("abort", abort, { once: true });
      line.waiting.push(enter);
    });
  }

  return {
    async run(who, signal, work) {
      signal.throwIfAborted();
      const line = lines.get(who) ?? { running: 0, waiting: [] };
      lines.set(who, line);
      const waits = turn(line, signal);
      // Who has waited is handed the place of the one before: the count stays.
      if (waits) await waits;
      else {
        line.running++;
        counts.running++;
      }
      try {
        return await work();
      } finally {
        const next = line.waiting.shift();
        if (next) next();
        else {
          line.running--;
          counts.running--;
          if (line.running === 0) lines.delete(who);
        }
      }
    },
    running: () => counts.running,
    waiting: () => counts.waiting,
    refused: () => counts.refused,
  };
}

function tooMany(at_once_max: number): Problem {
  return new Problem({
    status: 429,
    title: "Too many questions at once",
    detail: `This key or user has ${at_once_max} questions running and too many waiting. Ask again when some are answered.`,
    headers: { "retry-after": "1" },
  });
}

function tooLate(): Problem {
  return new Problem({
    status: 503,
    title: "Too slow",
    detail: "The question's turn did not come in time: others of the same key or user are still being answered.",
    headers: { "retry-after": "5" },
  });
}
