/** `/settings/quarantine`: refused events as a page. */
import { z } from "zod";
import { type QuarantinePageProps, quarantinePage } from "../../views/quarantine.ts";
import { REJECTION_CODES } from "../catalogue/event.ts";
import { formatInstant } from "../catalogue/time.ts";
import type { QuarantineRow } from "../control/control.ts";
import { requireCaller, seesLocation, seesPersonal } from "./access.ts";
import { Problem } from "./errors.ts";
import { type Doing, drop, dropAll, mend, type Replayed, replay, replayAll, rowOf } from "./mending.ts";
import type { Parts } from "./parts.ts";
import { filterOf, shownRow } from "./quarantine.ts";
import { formOf, htmlResponse, queryOf } from "./request.ts";
import { type Route, route } from "./route.ts";
import { shellUser } from "./shell-user.ts";

const PAGE_ROWS = 50;

/** An empty field of a form is none. */
const filterQuery = z.object({
  code: z.enum(REJECTION_CODES).optional().catch(undefined),
  location_id: z.string().min(1).max(64).optional().catch(undefined),
});
const pageQuery = filterQuery.extend({
  cursor: z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER).optional().catch(undefined),
});

type Filters = z.output<typeof filterQuery>;
type Outcome = NonNullable<QuarantinePageProps["outcome"]>;

/** The page and its forms. */
export function quarantinePageRoutes(parts: Parts): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/settings/quarantine",
      access: "read",
      tag: "Page",
      summary: "Refused events.",
      query: "own",
      answers: { 200: { description: "The page.", type: "text/html" } },
      handle: ({ request }) => {
        const { cursor, ...filters } = queryOf(request, pageQuery);
        return htmlResponse(pageOf(parts, request, filters, cursor, null));
      },
    }),

    route({
      method: "POST",
      path: "/settings/quarantine",
      access: "ingest",
      tag: "Page",
      summary: "Replays or drops all refused events that the filters find.",
      body: "own",
      answers: { 200: { description: "The page, with what came of it.", type: "text/html" } },
      handle: async ({ request, server, caller }) => {
        const form = await formOf(request);
        const filters = filterQuery.parse({ code: form.get("code"), location_id: form.get("location_id") });
        const by = { request, server, caller };
        const outcome = await allDone(parts, by, filters, form);
        return htmlResponse(pageOf(parts, request, filters, undefined, outcome));
      },
    }),

    route({
      method: "POST",
      path: "/settings/quarantine/:id",
      access: "ingest",
      tag: "Page",
      summary: "Mends, replays or drops one refused event.",
      params: { id: "quarantine_id of the event." },
      body: "own",
      answers: { 200: { description: "The page, with what came of it.", type: "text/html" } },
      handle: async ({ request, server, caller, params }) => {
        const form = await formOf(request);
        const row = rowOf(parts, caller, params.id);
        const outcome = await done(parts, { request, server, caller }, row, form);
        return htmlResponse(pageOf(parts, request, {}, undefined, outcome), outcome.ok ? 200 : 422);
      },
    }),
  ];
}

/** One row's form: `do` says what. */
async function done(parts: Parts, by: Doing, row: QuarantineRow, form: URLSearchParams): Promise<Outcome> {
  const what = form.get("do");
  const { quarantine_id } = row;
  const raw = form.get("raw")?.replaceAll("\r\n", "\n") ?? null;
  if (what === "drop") {
    drop(parts, by, row);
    return { ok: true, text: "The event is dropped.", quarantine_id: null, typed: null };
  }
  // Whoever sees a masked text would send the mask.
  const mends = (what === "mend" || what === "mend-replay") && raw !== null && seesPersonal(by.caller);
  let current = row;
  if (mends) {
    const kept = await mended(parts, by, row, raw);
    if ("problem" in kept) return { ok: false, text: kept.problem, quarantine_id, typed: raw };
    if (kept.error !== null)
      return { ok: false, text: `Saved. Still wrong: ${kept.error}`, quarantine_id, typed: null };
    if (what === "mend")
      return { ok: true, text: "Saved. It would be accepted now: replay it.", quarantine_id, typed: null };
    current = kept.row;
  }
  const outcome = await replay(parts, by, current, current.raw);
  if (outcome.kind === "shed") return { ok: false, text: `Not now. ${outcome.detail}`, quarantine_id, typed: null };
  if (outcome.kind === "unreadable") return { ok: false, text: outcome.detail, quarantine_id, typed: null };
  const [refused] = outcome.rejected;
  if (refused) return { ok: false, text: `Refused again: ${said(refused)}`, quarantine_id, typed: null };
  const text = outcome.accepted > 0 ? "The event is accepted." : "The event was known already; it is counted once.";
  return { ok: true, text, quarantine_id: null, typed: null };
}

async function mended(
  parts: Parts,
  by: Doing,
  row: QuarantineRow,
  raw: string,
): Promise<{ problem: string } | { row: QuarantineRow; error: string | null }> {
  try {
    const { row: kept, errors } = await mend(parts, by, row, raw);
    const [first] = errors;
    return { row: kept, error: first ? said(first) : null };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { problem: `Not saved. ${error.body.errors?.[0]?.detail ?? error.body.detail ?? error.body.title}` };
  }
}

async function allDone(parts: Parts, by: Doing, filters: Filters, form: URLSearchParams): Promise<Outcome> {
  const filter = filterOf(by.caller, filters);
  if (form.get("do") === "replay") return told(await replayAll(parts, by, filter));
  if (form.get("sure") !== "yes")
    return { ok: false, text: "Nothing is dropped: say that you are sure.", quarantine_id: null, typed: null };
  const dropped = dropAll(parts, by, filter);
  return { ok: true, text: `${dropped} dropped.`, quarantine_id: null, typed: null };
}

function told({ replayed, refused, remaining }: Replayed): Outcome {
  const rest = remaining === 0 ? "" : ` ${remaining} were not tried yet: send them again.`;
  const text = `${replayed} accepted, ${refused} refused again.${rest}`;
  return { ok: refused + remaining === 0, text, quarantine_id: null, typed: null };
}

function said({ field, detail }: QuarantineRow["reason"]): string {
  return field === null ? detail : `${field}: ${detail}`;
}

function pageOf(parts: Parts, request: Request, filters: Filters, cursor: number | undefined, outcome: Outcome | null) {
  const { control, settings } = parts;
  const caller = requireCaller(parts, request, "read");
  const filter = filterOf(caller, filters);
  const before = cursor === undefined ? {} : { before: cursor };
  parts.ingest.flushQuarantine();
  const found = control.quarantined({ ...filter, ...before, limit: PAGE_ROWS + 1 });
  const rows = found.slice(0, PAGE_ROWS);
  const locations = control.locations().filter(({ location_id }) => seesLocation(caller, location_id));
  const names = new Map(locations.map(({ location_id, name }) => [location_id, name]));
  return quarantinePage({
    user: shellUser(parts, request),
    filters: { code: filters.code ?? "", location_id: filters.location_id ?? "" },
    codes: REJECTION_CODES,
    locations,
    items: rows.map((row) => itemOf(shownRow(caller, row), names)),
    found: control.quarantinedCount(filter),
    newer: cursor !== undefined,
    older: found.length > PAGE_ROWS ? (rows.at(-1)?.quarantine_id ?? null) : null,
    editable: caller.scopes.includes("ingest"),
    masked: !seesPersonal(caller),
    days: settings.quarantine_days,
    outcome,
  });
}

function itemOf(row: QuarantineRow, names: ReadonlyMap<string, string>): QuarantinePageProps["items"][number] {
  const { quarantine_id, received_at, mended_at, location_id, reason, raw } = row;
  const { id, field, code, detail } = reason;
  return {
    quarantine_id,
    id,
    received: minuteOf(received_at),
    mended: mended_at === null ? null : minuteOf(mended_at),
    location: location_id === null ? null : (names.get(location_id) ?? location_id),
    field,
    code,
    detail,
    raw,
  };
}

function minuteOf(instant: number): string {
  return `${formatInstant(instant).slice(0, 16).replace("T", " ")} UTC`;
}
