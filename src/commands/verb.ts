/** What a verb is: one thing that the command line does. To add one, write its file and add it to verbs.ts. */
import type { Settings } from "../config.ts";
import type { Arguments, Flag } from "./arguments.ts";

export interface Call {
  args: Arguments;
  settings: Settings;
  /** `--json`: the answer as one JSON document on standard output. */
  json: boolean;
  /** Standard output: the answer, one line. */
  out: (line: string) => void;
  /** Standard error: progress and logs, one line. */
  err: (line: string) => void;
}

export interface Verb {
  /** "serve", "key add". */
  name: string;
  summary: string;
  /** How its words and most used flags are written, without the program's and the verb's name. */
  usage: string;
  flags: readonly Flag[];
  /** It may make a data directory where there is none. */
  creates?: true;
  /** The exit code. */
  run: (call: Call) => Promise<number>;
}

/** An expected failure: said in one line, exit code 1. */
export class CommandFailed extends Error {}

/** The answer as people or as programs read it. */
export function say(call: Call, document: unknown, lines: readonly string[]): void {
  if (call.json) call.out(JSON.stringify(document));
  else for (const line of lines) call.out(line);
}

/** Columns padded to their widest cell, the head in front; a hint instead when there are no rows. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], empty: string): readonly string[] {
  if (rows.length === 0) return [empty];
  const widths = head.map((cell, i) => Math.max(cell.length, ...rows.map((row) => (row[i] ?? "").length)));
  return [head, ...rows].map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

/** Microseconds as `2026-11-20 21:04 UTC`; a dash for never. */
export function when(time: number | null): string {
  return time === null ? "–" : `${new Date(time / 1000).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
