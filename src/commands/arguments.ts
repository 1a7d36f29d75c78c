/**
 * Flags: from words on the command line to values by name.
 * It must never guess: an unknown flag is a usage error that names the nearest right one.
 */
export interface Flag {
  /** Without dashes: "duckdb-memory-mb". */
  name: string;
  /** What stands for the value in help ("DIR", "N"); null for a switch, which takes none. */
  value: string | null;
  doc: string;
  required?: true;
  /** May be given several times; the values are kept in order. */
  repeats?: true;
}

export interface Arguments {
  /** Words that are no flags, in order. */
  words: readonly string[];
  /** The last value given for a flag; null when it was not given. */
  text(name: string): string | null;
  all(name: string): readonly string[];
  /** True for `--name`, false for `--no-name` and when not given. */
  switched(name: string): boolean;
  /** Was the flag on the command line at all? */
  has(name: string): boolean;
}

/** A mistake in how the command was called: exit code 2. */
export class UsageError extends Error {}

/** Reads `--flag value`, `--flag=value`, `--switch`, `--no-switch`; everything after `--` is a word. Throws UsageError. */
export function parseArguments(argv: readonly string[], flags: readonly Flag[]): Arguments {
  const known = new Map(flags.map((flag) => [flag.name, flag]));
  const given = new Map<string, string[]>();
  const words: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? "";
    if (word === "--") {
      words.push(...argv.slice(i + 1));
      break;
    }
    if (!word.startsWith("-") || word === "-") {
      words.push(word);
      continue;
    }
    const { flag, value, negated } = readFlag(word, known);
    if (flag.value === null) {
      given.set(flag.name, [negated ? "false" : switchValue(flag.name, value)]);
      continue;
    }
    const text = value ?? argv[++i];
    if (text === undefined) throw new UsageError(`--${flag.name} needs a value: --${flag.name} ${flag.value}`);
    const values = given.get(flag.name) ?? [];
    if (values.length > 0 && flag.repeats !== true) throw new UsageError(`--${flag.name} is given twice`);
    given.set(flag.name, [...values, text]);
  }
  const missing = flags.find((flag) => flag.required && !given.has(flag.name));
  if (missing !== undefined)
    throw new UsageError(`--${missing.name} ${missing.value ?? ""} is required`.replace("  ", " "));
  return {
    words,
    text: (name) => given.get(name)?.at(-1) ?? null,
    all: (name) => given.get(name) ?? [],
    switched: (name) => given.get(name)?.at(-1) === "true",
    has: (name) => given.has(name),
  };
}

function readFlag(
  word: string,
  known: ReadonlyMap<string, Flag>,
): { flag: Flag; value: string | undefined; negated: boolean } {
  const equals = word.indexOf("=");
  const name = (equals < 0 ? word : word.slice(0, equals)).replace(/^--?/, "").replaceAll("_", "-");
  const value = equals < 0 ? undefined : word.slice(equals + 1);
  const flag = word.startsWith("--") ? known.get(name) : undefined;
  if (flag !== undefined) return { flag, value, negated: false };
  const positive = name.startsWith("no-") ? known.get(name.slice(3)) : undefined;
  if (positive !== undefined && positive.value === null && value === undefined) {
    return { flag: positive, value, negated: true };
  }
  const near = nearest(name, [...known.keys()]);
  throw new UsageError(
    `unknown flag ${equals < 0 ? word : word.slice(0, equals)}${near === null ? "" : `; did you mean --${near}?`}`,
  );
}

function switchValue(name: string, value: string | undefined): string {
  if (value === undefined || value === "true") return "true";
  if (value === "false") return "false";
  throw new UsageError(`--${name} takes no value`);
}

/** A whole number from `least` up, or a UsageError that names the flag. */
export function wholeNumber(args: Arguments, name: string, least: number): number | null {
  const text = args.text(name);
  if (text === null) return null;
  if (!/^\d{1,15}$/.test(text) || Number(text) < least) {
    throw new UsageError(`--${name} must be a whole number from ${least} up`);
  }
  return Number(text);
}

/** A comma-separated list; empty parts are dropped. */
export function listOf(text: string): readonly string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/** The candidate that is closest to `word`, when it is close enough to be a slip of the hand; else null. */
export function nearest(word: string, candidates: readonly string[]): string | null {
  let best: string | null = null;
  let least = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = candidate.startsWith(word) && word.length >= 3 ? 1 : editDistance(word, candidate);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

/** Levenshtein, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, swap));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
