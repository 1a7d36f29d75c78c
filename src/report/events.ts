/** Events as the API lists them: newest first, page by page, masked for those who may not see what is personal. */
import type { Range } from "../catalogue/period.ts";
import { formatInstant } from "../catalogue/time.ts";
import type { Condition } from "../catalogue/types.ts";
import { type EventRow, largestRows, newestRows, type Place } from "../store/query/list.ts";
import { exactOf, moneyText } from "../store/query/quantity.ts";
import type { Store } from "../store/store.ts";
import type { Asked, Framed } from "./common.ts";
import { maskedEvent } from "./personal.ts";

/** An event as it is answered: times in RFC 3339, money as a decimal string, what it does not have null. */
export interface ListedEvent {
  id: string;
  type: string;
  time: string;
  location_id: string;
  bot_id: string | null;
  contact_id: string | null;
  conversation_id: string | null;
  value: string | null;
  currency: string | null;
  duration_ms: number | null;
  success: boolean | null;
  data: Readonly<Record<string, unknown>>;
  received_at: string;
}

/** The range is part of the place: a named timeframe moves on between two pages, and they must be of one list. */
export interface Page extends Place, Range {}

export interface EventsAsked {
  /** Beside the filters of the scope; null: all of them. */
  where: Condition | null;
  /** The end of the page before. */
  after: Page | null;
  limit: number;
  personal: Asked["personal"];
}

/** One page; `next` is null when there is no further one. Throws QuestionFault. */
export async function eventsPage(
  store: Store,
  scope: Framed["scope"],
  { where, after, limit, personal }: EventsAsked,
): Promise<{ events: readonly ListedEvent[]; next: Page | null }> {
  const range = { from: after?.from ?? scope.from, to: after?.to ?? scope.to };
  const rows = await newestRows((sql, params) => store.rows(sql, params, scope.signal), {
    scope: { ...scope, ...range },
    where,
    after,
    limit: limit + 1,
  });
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const events = shown.map(listed);
  return {
    events: personal ? events : events.map(maskedEvent),
    next: last && rows.length > limit ? { ...range, ...placeOf(last) } : null,
  };
}

/** The events of the largest values in one currency. Throws QuestionFault. */
export async function largestEvents(
  store: Store,
  scope: Framed["scope"],
  { where, limit, personal, currency }: Omit<EventsAsked, "after"> & { currency: string },
): Promise<readonly ListedEvent[]> {
  const run = <Row>(sql: string, params: Parameters<Store["rows"]>[1]) => store.rows<Row>(sql, params, scope.signal);
  const events = (await largestRows(run, { scope, where, limit }, currency)).map(listed);
  return personal ? events : events.map(maskedEvent);
}

/** The asked, moved to the range that the first page was of. */
export function paged(resolved: Framed, after: Range | null): Framed {
  if (after === null) return resolved;
  const { from, to } = after;
  const { frame, scope } = resolved;
  return { ...resolved, frame: { ...frame, from, to }, scope: { ...scope, from, to } };
}

function placeOf({ time, received_at, fingerprint }: Place): Place {
  return { time, received_at, fingerprint };
}

/** An event as the API shows it, nothing masked. */
export function listed(row: EventRow): ListedEvent {
  const { id, type, time, location_id, bot_id, contact_id, conversation_id, value, currency, duration_ms, success } =
    row;
  return {
    id,
    type,
    time: formatInstant(time),
    location_id,
    bot_id,
    contact_id,
    conversation_id,
    value: value === null ? null : moneyText({ exact: exactOf(value) }, false),
    currency,
    duration_ms,
    success,
    data: objectOf(row.data),
    received_at: formatInstant(row.received_at),
  };
}

function objectOf(json: string | null): Readonly<Record<string, unknown>> {
  const value: unknown = json === null ? {} : JSON.parse(json);
  return typeof value === "object" && value !== null ? { ...value } : {};
}
