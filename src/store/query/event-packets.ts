/**
 * All events of a question, newest first, in packets: none is large, none waits for a sort of everything, and no
 * transaction is held while a slow reader reads. They are those that were there when they were counted: whatever is
 * appended later has a higher row number.
 */
import type { Condition } from "../../catalogue/types.ts";
import type { Param } from "../values.ts";
import { type Listing, listScope } from "./list.ts";
import { visibleSql, whereSql } from "./scope.ts";
import { instantSql } from "./time.ts";

export interface PacketsAsked {
  scope: Listing["scope"];
  /** Beside the filters. */
  where: Condition | null;
}

/** The events that there were at one moment. */
export interface CountedEvents {
  count: number;
  /** SQL of a row's source and of what it must be, and what is bound in them. */
  from: string;
  params: readonly Param[];
  range: { from: number; to: number };
}

export type Rows = <Row>(sql: string, params: readonly Param[]) => Promise<Row[]>;

/** [from, to) of each key that is narrowed already: time, then receipt, then fingerprint. */
interface Window {
  bounds: readonly { from: number; to: number }[];
  count: number;
}

/** Of a packet: what is read while others wait, and what is parsed in one go. */
const ROWS_MAX = 2_000;
/** Of a text that goes on as it is: planning its lines costs as much as making some thousands of them. */
const LINES_MAX = 6_000;
const PARTS_FIRST = 1_024;
const KEYS = ["epoch_us(time)", "epoch_us(received_at)", "fingerprint"] as const;
const ORDER = "time DESC, received_at DESC, fingerprint DESC";

/** Counts them. Throws QuestionFault for fields that do not exist. */
export async function countedEvents(rows: Rows, { scope, where }: PacketsAsked): Promise<CountedEvents> {
  const [newest] = await rows<{ end: number | null }>("SELECT max(rowid) + 1 AS end FROM stored_events", []);
  const listed = listScope(scope);
  const conditions = [
    `time >= ${instantSql(scope.from)} AND time < ${instantSql(scope.to)}`,
    visibleSql(listed),
    whereSql(listed, where),
  ];
  const there = `(SELECT * EXCLUDE (id_uuid, id_text), coalesce(id_text, id_uuid::VARCHAR) AS id FROM stored_events WHERE rowid < ${newest?.end ?? 0})`;
  const from = `${there} AS events WHERE ${conditions.join(" AND ")}`;
  const [counted] = await rows<{ count: number; first: number | null; last: number | null }>(
    `SELECT count(*) AS count, epoch_us(min(time)) AS first, epoch_us(max(time)) AS last FROM ${from}`,
    listed.params,
  );
  const { count = 0, first = null, last = null } = counted ?? {};
  return { count, from, params: listed.params, range: { from: first ?? 0, to: (last ?? 0) + 1 } };
}

/**
 * Their lines, made by the database and joined by `separator`: a text a packet. `line`: SQL over the columns of events;
 * `params`: those of the events, then what the line binds.
 * Throws when there are more than were counted, as the file was written anew meanwhile.
 */
export async function* eventTexts(
  rows: Rows,
  counted: CountedEvents,
  line: string,
  separator: string,
  params: readonly Param[] = counted.params,
  rows_max = LINES_MAX,
): AsyncGenerator<string> {
  const packet = async (window: Window): Promise<string> => {
    const [row] = await rows<{ count: number; packet: string | null }>(
      `SELECT count(*) AS count, string_agg(line, '${separator}' ORDER BY ${ORDER}) AS packet FROM ` +
        `(SELECT time, received_at, fingerprint, ${line} AS line FROM ${counted.from}${withinSql(window)})`,
      params,
    );
    if ((row?.count ?? 0) > window.count)
      throw new Error("the events were written anew while they were read: ask once more for all of them");
    return row?.packet ?? "";
  };
  // The next is read while the last is written.
  let ahead: Promise<string> | null = null;
  for await (const window of windowsOf(rows, counted, rows_max)) {
    const next = packet(window);
    // Whoever stops reading never waits for it.
    next.catch(() => {});
    if (ahead) yield await ahead;
    ahead = next;
  }
  if (ahead) yield await ahead;
}

/**
 * Their cells, of what JSON can say; `cells`: SQL of each. One text a packet is read and parsed at once: cell by cell
 * takes twice the time.
 */
export async function* eventPackets<Row>(
  rows: Rows,
  counted: CountedEvents,
  cells: readonly string[],
  params: readonly Param[] = counted.params,
): AsyncGenerator<readonly Row[]> {
  for await (const text of eventTexts(
    rows,
    counted,
    `json_array(${cells.join(", ")})::VARCHAR`,
    ",",
    params,
    ROWS_MAX,
  )) {
    // The caller names the shape of its own cells.
    const packet: Row[] = JSON.parse(`[${text}]`);
    yield packet;
  }
}

async function* windowsOf(rows: Rows, counted: CountedEvents, rows_max: number): AsyncGenerator<Window> {
  if (counted.count === 0) return;
  yield* narrowed(rows, counted, { bounds: [counted.range], count: counted.count }, rows_max);
}

/** The newest first, each with about as many rows as a packet may have. */
async function* narrowed(rows: Rows, counted: CountedEvents, window: Window, rows_max: number): AsyncGenerator<Window> {
  if (window.count <= rows_max) {
    yield window;
    return;
  }
  const parts = await partsOf(rows, counted, window);
  if (parts === null) {
    yield window;
    return;
  }
  let gathered: Window | null = null;
  for (const part of parts) {
    if (gathered && gathered.count + part.count > rows_max) {
      yield* narrowed(rows, counted, gathered, rows_max);
      gathered = null;
    }
    gathered = gathered ? joined(part, gathered) : part;
  }
  if (gathered) yield* narrowed(rows, counted, gathered, rows_max);
}

/** Of the same outer bounds: `older` lies before `newer`. */
function joined(older: Window, newer: Window): Window {
  const outer = older.bounds.slice(0, -1);
  const [from, to] = [older.bounds.at(-1)?.from ?? 0, newer.bounds.at(-1)?.to ?? 0];
  return { bounds: [...outer, { from, to }], count: older.count + newer.count };
}

/** The window cut by its last key, newest first; by the next key where that one is of a single value. Null where nothing is left to cut by. */
async function partsOf(rows: Rows, counted: CountedEvents, window: Window): Promise<readonly Window[] | null> {
  const { bounds } = window;
  const last = bounds.at(-1);
  if (!last) return null;
  if (last.to - last.from <= 1) {
    const next = KEYS[bounds.length];
    if (next === undefined) return null;
    const [found] = await rows<{ from: number; to: number }>(
      `SELECT min(${next}) AS "from", max(${next}) + 1 AS "to" FROM ${counted.from}${withinSql(window)}`,
      counted.params,
    );
    if (!found) return null;
    return [{ bounds: [...bounds, { from: found.from, to: found.to }], count: window.count }];
  }
  const key = KEYS[bounds.length - 1] ?? KEYS[0];
  const wanted = bounds.length === 1 && last === counted.range ? PARTS_FIRST : Math.ceil((4 * window.count) / ROWS_MAX);
  const width = Math.ceil((last.to - last.from) / wanted);
  const found = await rows<{ part: number; count: number }>(
    `SELECT (${key} - ${last.from}::BIGINT) // ${width}::BIGINT AS part, count(*) AS count ` +
      `FROM ${counted.from}${withinSql(window)} GROUP BY part ORDER BY part DESC`,
    counted.params,
  );
  return found.map(({ part, count }) => {
    const from = last.from + part * width;
    return { bounds: [...bounds.slice(0, -1), { from, to: Math.min(last.to, from + width) }], count };
  });
}

function withinSql({ bounds }: Window): string {
  const [time, ...others] = bounds;
  const narrow = others.map(({ from, to }, at) => {
    const key = KEYS[at + 1] ?? KEYS[2];
    return ` AND ${key} >= ${from} AND ${key} < ${to}`;
  });
  // As instants: row groups without them are not opened.
  return time ? ` AND time >= ${instantSql(time.from)} AND time < ${instantSql(time.to)}${narrow.join("")}` : "";
}
