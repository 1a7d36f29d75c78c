/**
 * Arrivals: the events of each commit, read once for all channels that tell of them.
 * It must never tell an event twice, nor leave one out without saying so.
 */
import type { EventRow } from "../../store/query/list.ts";
import type { Store } from "../../store/store.ts";
import { listed } from "../events.ts";
import { maskedEvent } from "../personal.ts";

/** An event as channels tell it. */
export interface Arrival {
  type: string;
  data: Readonly<Record<string, unknown>>;
  /** As JSON, whole, or with what is personal masked. */
  text(personal: boolean): string;
}

export interface Arrived {
  /** In the order they came. */
  events: readonly Arrival[];
  /** Came before these, and were too many to tell. */
  skipped: number;
  /** Events were taken away, or which are new cannot be said: whoever listens must start afresh. */
  lost: boolean;
}

/** One listener's place in the arrivals of a location. */
export interface Reader {
  /** What came since the last time. */
  next(): Promise<Arrived>;
  /** The newest at the last `next`, newest first. */
  recent(): readonly Arrival[];
  close(): void;
}

export interface Arrivals {
  reader(location_id: string): Reader;
}

/** In one frame; beyond that a screen cannot be read, and programs that want all of them ask for pages of events. */
const EVENTS_MAX = 100;
const RECENT_MAX = 50;
/** An event of more characters is told without its data: `cut`. */
const EVENT_CHARS_MAX = 2_048;

interface Line {
  arrivals: Arrival[];
  /** That ever came while it was read. */
  total: number;
  recent: Arrival[];
  readers: number;
  /** Grows when events were lost. */
  life: number;
}

interface Mark {
  rowid: number;
  fingerprint: number | null;
  events: number;
}

interface Row extends EventRow {
  /** How many of its location came with it. */
  arrived: number;
}

/** Where the table ends, beside each row of it that is told; beside none when `place` is null. */
interface Found extends Row {
  stored: number;
  last: number | null;
  last_fingerprint: number | null;
  seen: number | null;
  added: number;
  place: number | null;
}

const COLUMNS = `location_id, coalesce(id_text, id_uuid::VARCHAR) AS id, type, time, received_at, bot_id, contact_id,
  conversation_id, value, currency, duration_ms, success, data, fingerprint`;

export function createArrivals(store: Store): Arrivals {
  const lines = new Map<string, Line>();
  let mark: Mark | null = null;
  let seen_seq = -1;
  let lives = 0;
  let reading: Promise<void> | null = null;

  /** Reads what the commits since the last look brought; once for all who ask meanwhile. */
  async function look(): Promise<void> {
    while (reading) await reading;
    if (store.state.seq === seen_seq && [...lines.values()].every(({ life }) => life > 0)) return;
    reading = read().finally(() => {
      reading = null;
    });
    await reading;
  }

  async function read(): Promise<void> {
    const { seq } = store.state;
    const watched = [...lines].filter(([, { life }]) => life > 0);
    const { now, follows, rows } =
      mark === null
        ? { now: await endOf(store), follows: true, rows: [] }
        : await behind(
            store,
            mark,
            watched.map(([location_id]) => location_id),
          );
    const known = follows ? watched : [];
    const ids = known.map(([location_id]) => location_id);
    const fresh = [...lines].filter(([location_id]) => !ids.includes(location_id));
    const newest = await Promise.all(fresh.map(([location_id]) => newestRows(store, location_id, now.rowid)));
    for (const [location_id, line] of known) {
      const own = rows.filter((row) => row.location_id === location_id);
      const arrivals = own.map(arrivalOf);
      line.total += own[0]?.arrived ?? 0;
      line.arrivals = [...line.arrivals, ...arrivals].slice(-EVENTS_MAX);
      line.recent = [...line.recent, ...arrivals].slice(-RECENT_MAX);
    }
    for (const [index, [, line]] of fresh.entries()) {
      line.recent = (newest[index] ?? []).map(arrivalOf).reverse();
      line.arrivals = [];
      line.life = ++lives;
    }
    mark = now;
    seen_seq = seq;
  }

  return {
    reader(location_id) {
      const line = lines.get(location_id) ?? { arrivals: [], total: 0, recent: [], readers: 0, life: 0 };
      lines.set(location_id, line);
      line.readers++;
      let read_to = line.total;
      let life = line.life;
      return {
        async next() {
          await look();
          const count = line.total - read_to;
          const begins = life === 0;
          const lost = !begins && life !== line.life;
          life = line.life;
          read_to = line.total;
          if (lost || begins || count === 0) return { events: [], skipped: 0, lost };
          const events = line.arrivals.slice(-Math.min(count, EVENTS_MAX));
          return { events, skipped: count - events.length, lost };
        },
        recent: () => line.recent.toReversed(),
        close() {
          if (--line.readers === 0) lines.delete(location_id);
        },
      };
    },
  };
}

async function endOf(store: Store): Promise<Mark> {
  const [end] = await store.rows<{ events: number; rowid: number | null }>(
    "SELECT count(*) AS events, max(rowid) AS rowid FROM stored_events",
    [],
  );
  const rowid = end?.rowid ?? -1;
  const sql = "SELECT fingerprint FROM stored_events WHERE rowid = $1";
  const [last] = await store.rows<{ fingerprint: number }>(sql, [rowid]);
  return { rowid, fingerprint: last?.fingerprint ?? null, events: end?.events ?? 0 };
}

interface Behind {
  now: Mark;
  follows: boolean;
  rows: readonly Row[];
}

/**
 * Where the table ends now, whether everything behind the mark before is new, and what of it is of these locations, in one
 * question, so that nothing comes in between. Rows move up when others before them are taken away: so the row of the mark
 * must still be where it was, and the rows must add up.
 */
async function behind(store: Store, before: Mark, location_ids: readonly string[]): Promise<Behind> {
  const found = await store.rows<Found>(
    `WITH fresh AS (SELECT rowid AS place, ${COLUMNS} FROM stored_events WHERE rowid >= $1),
     mark AS (
       SELECT (SELECT count(*) FROM stored_events) AS stored, max(place) AS last, arg_max(fingerprint, place) AS last_fingerprint,
         max(fingerprint) FILTER (place = $1) AS seen, count(*) FILTER (place > $1) AS added FROM fresh
     ),
     told AS (
       SELECT *, count(*) OVER (PARTITION BY location_id) AS arrived FROM fresh
       WHERE place > $1 AND list_contains($2, location_id)
       QUALIFY row_number() OVER (PARTITION BY location_id ORDER BY place DESC) <= ${EVENTS_MAX}
     )
     SELECT * FROM mark LEFT JOIN told ON true ORDER BY place`,
    [before.rowid, location_ids],
  );
  const { stored = 0, last = null, last_fingerprint = null, seen = null, added = 0 } = found[0] ?? {};
  // Nothing where the mark was: the table is empty as it was, or became shorter.
  if (last === null) {
    const now = stored === 0 ? { rowid: -1, fingerprint: null, events: 0 } : await endOf(store);
    return { now, follows: before.rowid === -1 && stored === 0, rows: [] };
  }
  const stands = before.rowid === -1 || seen === before.fingerprint;
  return {
    now: { rowid: last, fingerprint: last_fingerprint, events: stored },
    follows: stands && stored === before.events + added,
    rows: found.flatMap(({ place, ...row }) => (place === null ? [] : [row])),
  };
}

/** By time, newest first: what was imported last may be years old. */
function newestRows(store: Store, location_id: string, upTo: number): Promise<Row[]> {
  return store.rows<Row>(
    `SELECT 0 AS arrived, ${COLUMNS} FROM stored_events WHERE location_id = $1 AND rowid <= $2
     ORDER BY time DESC, rowid DESC LIMIT ${RECENT_MAX}`,
    [location_id, upTo],
  );
}

function arrivalOf(row: EventRow): Arrival {
  const texts = new Map<boolean, string>();
  const event = listed(row);
  return {
    type: event.type,
    data: event.data,
    text(personal) {
      const before = texts.get(personal);
      if (before !== undefined) return before;
      const shown = personal ? event : maskedEvent(event);
      const whole = JSON.stringify(shown);
      const text = whole.length <= EVENT_CHARS_MAX ? whole : JSON.stringify({ ...shown, data: {}, cut: true });
      texts.set(personal, text);
      return text;
    },
  };
}
