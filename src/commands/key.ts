/** `key add, list, remove`: API keys. A key is shown once, when it is made. */
import type { Scope } from "../control/types.ts";
import { listOf, UsageError } from "./arguments.ts";
import { auditCommand } from "./audited.ts";
import { needData, withControl } from "./data.ts";
import { type Call, CommandFailed, say, table, type Verb, when } from "./verb.ts";

const SCOPES: readonly Scope[] = ["ingest", "read", "export", "admin"];

export const KEY_VERBS: readonly Verb[] = [
  {
    name: "key add",
    summary: "Makes an API key and prints it, once.",
    usage: "--name NAME --scope ingest,read [--location ID]",
    flags: [
      { name: "name", value: "NAME", doc: "What it is for; shown in lists.", required: true },
      { name: "scope", value: "SCOPES", doc: `Comma-separated: ${SCOPES.join(", ")}.`, required: true },
      { name: "location", value: "ID", doc: "Only for this location. Left out: any location." },
    ],
    creates: true,
    run: add,
  },
  { name: "key list", summary: "Lists the API keys, without the keys themselves.", usage: "", flags: [], run: list },
  { name: "key remove", summary: "Ends an API key at once.", usage: "KEY_ID", flags: [], run: remove },
];

async function add(call: Call): Promise<number> {
  const name = call.args.text("name") ?? "";
  const scopes = listOf(call.args.text("scope") ?? "").map(scopeOf);
  if (scopes.length === 0) throw new UsageError(`--scope needs one of ${SCOPES.join(", ")}`);
  const location_id = call.args.text("location");
  const made = await withControl(call, (control) => {
    if (location_id !== null) control.ensureLocation(location_id);
    const added = control.addKey({ name, scopes, location_id });
    const object = added.record.key_id;
    auditCommand(control, "key_added", { object, location_id, details: { name, scopes: scopes.join(",") } });
    return added;
  });
  say(call, { key: made.key, ...made.record }, [made.key]);
  if (!call.json) call.err(`Key ${made.record.key_id} for ${name}: keep it now, it is not shown again.`);
  return 0;
}

function scopeOf(text: string): Scope {
  const scope = SCOPES.find((known) => known === text);
  if (scope === undefined) throw new UsageError(`--scope: ${text} is none of ${SCOPES.join(", ")}`);
  return scope;
}

async function list(call: Call): Promise<number> {
  needData(call);
  const keys = await withControl(call, (control) => control.keys());
  const rows = keys.map((key) => [
    key.key_id,
    key.name,
    key.prefix,
    key.scopes.join(","),
    key.location_id ?? "any",
    when(key.created_at),
    when(key.last_used_at),
  ]);
  const head = ["KEY_ID", "NAME", "BEGINS", "SCOPES", "LOCATION", "MADE", "LAST USED"];
  say(call, { keys }, table(head, rows, "No keys yet: bellwether key add --name NAME --scope ingest"));
  return 0;
}

async function remove(call: Call): Promise<number> {
  const [key_id] = call.args.words;
  if (key_id === undefined) throw new UsageError("which key? bellwether key remove KEY_ID; key list shows the ids");
  needData(call);
  const removed = await withControl(call, (control) => {
    const key = control.keys().find((known) => known.key_id === key_id);
    if (!key || !control.removeKey(key_id)) return false;
    auditCommand(control, "key_removed", { object: key_id, location_id: key.location_id, details: { name: key.name } });
    return true;
  });
  if (!removed) throw new CommandFailed(`there is no key ${key_id}; key list shows the ids`);
  say(call, { removed: key_id }, [`Removed ${key_id}.`]);
  return 0;
}
