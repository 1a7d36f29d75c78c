/**
 * Erasing a contact for good.
 * The contact's id stands in the address alone: it must never be logged, audited or answered.
 */
import { z } from "zod";
import { type ErasureOrder, erasureOrder } from "../ingest/erasing.ts";
import { JournalError } from "../journal/journal.ts";
import { locationsOf } from "./access.ts";
import { audited } from "./audit.ts";
import { fieldProblem } from "./bi/input.ts";
import { Problem } from "./errors.ts";
import type { Parts } from "./parts.ts";
import { type Route, route } from "./route.ts";

const CONTACT_CHARS_MAX = 128;
/** Whoever waits is answered 202 after this long; it goes on. */
const WAIT_MS_MAX = 20_000;

const count = z.int().min(0);
const hex = z.string().regex(/^[0-9a-f]{64}$/);
const erasureQuery = z.strictObject({
  location_id: z.string().min(1).max(64),
  wait: z
    .enum(["true", "false"])
    .default("false")
    .transform((text) => text === "true"),
});
const pendingQuery = z.strictObject({ location_id: z.string().min(1).max(64).optional() });
const erasedShape = z.strictObject({
  erased_events: count,
  quarantined: count,
  journal_seq: z.int().min(1),
  traces: z.enum(["gone", "pending"]),
  proof: z.strictObject({ algorithm: z.string(), digest: hex, salt: hex }),
});
const pendingShape = z.strictObject({
  pending: z.array(
    z.strictObject({
      journal_seq: z.int().min(1),
      location_id: z.string(),
      erased_events: count,
      proof: z.strictObject({ digest: hex }),
    }),
  ),
});
const ALGORITHM = "sha256(salt + LF + location_id + LF + contact_id), hexadecimal";

export function erasureRoutes(parts: Parts): readonly Route[] {
  const { control, ingest, store } = parts;
  return [
    route({
      method: "DELETE",
      path: "/api/bi/contacts/:contact_id",
      access: "admin",
      tag: "BI",
      summary: "Erases a contact for good.",
      description:
        "The contact's events are gone from every answer when this is answered: 202. From the files (journal, database, " +
        "quarantine) they go within seconds, after a crash too; `wait=true` answers 200 once they are gone. Keep the salt: " +
        "with it the digest in the audit log proves whom it was about. Events of the contact that come later are new data.",
      params: { contact_id: "Of the contact, as the bots send it." },
      query: erasureQuery,
      answers: {
        200: { description: "Erased, and no file holds a trace.", schema: erasedShape },
        202: { description: "Erased; traces in files go in the background.", schema: erasedShape },
      },
      handle: async ({ request, server, caller, params, query }) => {
        const { location_id, wait } = query;
        locationsOf(caller, location_id);
        if (!control.location(location_id))
          throw new Problem({ status: 404, title: "Not found", detail: "There is no such location." });
        const order = erasureOrder(location_id, contactIn(params.contact_id));
        // First of all: nothing is erased that nobody asked for.
        audited(parts, { request, server }, "contact_erasure_requested", {
          location_id,
          details: { proof: order.erasure.proof },
        });
        const { journal_seq, erased_events, quarantined } = await erased(order);
        const traces = wait && (await goneInTime(journal_seq)) ? "gone" : "pending";
        const proof = { algorithm: ALGORITHM, digest: order.erasure.proof, salt: order.salt };
        const answer: z.infer<typeof erasedShape> = { erased_events, quarantined, journal_seq, traces, proof };
        return Response.json(answer, { status: traces === "gone" ? 200 : 202 });
      },
    }),

    route({
      method: "GET",
      path: "/api/bi/erasures",
      access: "admin",
      tag: "BI",
      summary: "Erasures whose traces are still being removed from files.",
      description: "One that is not listed is done; the audit log has its proof as `contact_erased`.",
      query: pendingQuery,
      answers: { 200: { description: "Those of the locations that the caller sees.", schema: pendingShape } },
      handle: ({ caller, query }): z.infer<typeof pendingShape> => {
        const locations = locationsOf(caller, query.location_id);
        const seen = store.erasuresDue.filter(({ location_id }) => locations?.includes(location_id) ?? true);
        return {
          pending: seen.map(({ seq, location_id, events, proof }) => ({
            journal_seq: seq,
            location_id,
            erased_events: events,
            proof: { digest: proof },
          })),
        };
      },
    }),
  ];

  async function erased(order: ErasureOrder) {
    try {
      return await ingest.eraseContact(order);
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
      const detail = "Nothing can be written at the moment; ask again.";
      throw new Problem({ status: 503, title: "Not now", detail, headers: { "retry-after": "2" } });
    }
  }

  async function goneInTime(journal_seq: number): Promise<boolean> {
    const late = Promise.withResolvers<boolean>();
    const timer = setTimeout(late.resolve, WAIT_MS_MAX, false);
    // A server that stops meanwhile goes on with it at its next start.
    const gone = ingest.tracesGone(journal_seq, true).then(
      () => true,
      () => false,
    );
    try {
      return await Promise.race([gone, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }
}

function contactIn(contact_id: string): string {
  if (contact_id !== "" && [...contact_id].length <= CONTACT_CHARS_MAX) return contact_id;
  throw fieldProblem("contact_id", `A contact_id has 1 to ${CONTACT_CHARS_MAX} characters.`);
}
