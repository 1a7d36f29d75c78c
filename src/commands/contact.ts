/** `contact erase`: one contact, for good. */
import { z } from "zod";
import { erasureOrder } from "../ingest/erasing.ts";
import type { Task } from "../socket.ts";
import type { Parts } from "../web/parts.ts";
import { UsageError } from "./arguments.ts";
import { auditCommand } from "./audited.ts";
import { needData, runTask } from "./data.ts";
import { type Call, CommandFailed, say, type Verb } from "./verb.ts";

export const CONTACT_VERB: Verb = {
  name: "contact erase",
  summary: "Erases a contact for good: events, rollups, quarantine, and every trace in the files.",
  usage: "CONTACT_ID --location ID --yes",
  flags: [
    { name: "location", value: "ID", doc: "The location whose contact it is.", required: true },
    { name: "yes", value: null, doc: "Says that you mean it: there is no way back." },
  ],
  run: erase,
};

const inputSchema = z.object({ location_id: z.string(), contact_id: z.string() });
const answerSchema = z
  .object({
    erased_events: z.number(),
    quarantined: z.number(),
    journal_seq: z.number(),
    proof: z.object({ digest: z.string(), salt: z.string() }),
  })
  .nullable();

/** Run by whoever holds the store. Null: there is no such location. */
export function contactTask(parts: Parts): Task {
  return async (input): Promise<z.infer<typeof answerSchema>> => {
    const { location_id, contact_id } = inputSchema.parse(input);
    if (parts.control.location(location_id) === null) return null;
    const order = erasureOrder(location_id, contact_id);
    const digest = order.erasure.proof;
    auditCommand(parts.control, "contact_erasure_requested", { location_id, details: { proof: digest } });
    const { erased_events, quarantined, journal_seq } = await parts.ingest.eraseContact(order);
    await parts.ingest.tracesGone(journal_seq, true);
    return { erased_events, quarantined, journal_seq, proof: { digest, salt: order.salt } };
  };
}

async function erase(call: Call): Promise<number> {
  const [contact_id] = call.args.words;
  const location_id = call.args.text("location") ?? "";
  if (contact_id === undefined) throw new UsageError("which contact? give its id");
  if (!call.args.switched("yes")) throw new UsageError("its events would be gone for good; add --yes if you mean it");
  needData(call);
  const answer = answerSchema.parse(await runTask(call, "contact erase", { location_id, contact_id }, () => {}));
  if (answer === null) throw new CommandFailed(`there is no location ${location_id}; location list shows them`);
  const { erased_events, quarantined, proof } = answer;
  say(call, answer, [
    `Erased ${erased_events.toLocaleString("en-US")} events and ${quarantined} refused ones; no file holds a trace.`,
    `Proof in the audit log: ${proof.digest}`,
    `Keep its salt to prove whom it was about: ${proof.salt}`,
  ]);
  return 0;
}
