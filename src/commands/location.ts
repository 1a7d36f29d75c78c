/** `location add, list, set, remove`: the tenants. Removing one removes its events for good. */
import { z } from "zod";
import { type Flag, UsageError } from "./arguments.ts";
import { auditCommand } from "./audited.ts";
import { needData, runTask, withControl } from "./data.ts";
import { type Call, CommandFailed, say, table, type Verb } from "./verb.ts";

const SHARED_FLAGS: readonly Flag[] = [
  { name: "name", value: "NAME", doc: "As shown on the screen." },
  { name: "timezone", value: "ZONE", doc: "IANA name, for example Europe/Berlin." },
  { name: "currency", value: "CODE", doc: "ISO 4217 code that events without one get." },
];

export const LOCATION_VERBS: readonly Verb[] = [
  {
    name: "location add",
    summary: "Adds a location. Locations are also added by their first event.",
    usage: "ID [--name NAME] [--timezone ZONE] [--currency CODE]",
    flags: SHARED_FLAGS,
    creates: true,
    run: add,
  },
  { name: "location list", summary: "Lists the locations.", usage: "", flags: [], run: list },
  {
    name: "location set",
    summary: "Changes a location's name, time zone or currency.",
    usage: "ID [--name NAME] [--timezone ZONE] [--currency CODE]",
    flags: SHARED_FLAGS,
    run: set,
  },
  {
    name: "location remove",
    summary: "Removes a location with its events, rollups and keys, for good.",
    usage: "ID --yes",
    flags: [{ name: "yes", value: null, doc: "Says that you mean it: there is no way back." }],
    run: remove,
  },
];

async function add(call: Call): Promise<number> {
  const location_id = idOf(call);
  const change = changeOf(call);
  const location = await withControl(call, (control) => {
    if (control.location(location_id) !== null) throw new CommandFailed(`there is a location ${location_id} already`);
    const added = control.ensureLocation(location_id, change);
    auditCommand(control, "location_added", { object: location_id, location_id });
    return added;
  });
  say(call, location, [`Added ${location.location_id} (${location.timezone}, ${location.currency}).`]);
  return 0;
}

async function list(call: Call): Promise<number> {
  needData(call);
  const locations = await withControl(call, (control) => control.locations());
  const rows = locations.map((location) => [
    location.location_id,
    location.name,
    location.timezone,
    location.currency,
    location.demo ? "demo" : "",
  ]);
  const head = ["LOCATION_ID", "NAME", "TIMEZONE", "CURRENCY", ""];
  say(call, { locations }, table(head, rows, "No locations yet: the first event of one adds it."));
  return 0;
}

async function set(call: Call): Promise<number> {
  const location_id = idOf(call);
  const change = changeOf(call);
  needData(call);
  if (Object.keys(change).length === 0)
    throw new UsageError("nothing to change: give --name, --timezone or --currency");
  const location = await withControl(call, (control) => {
    const changed = control.setLocation(location_id, change);
    const fields = Object.keys(change).join(",");
    if (changed) auditCommand(control, "location_changed", { object: location_id, location_id, details: { fields } });
    return changed;
  });
  if (location === null) throw new CommandFailed(`there is no location ${location_id}; location list shows them`);
  say(call, location, [`Changed ${location_id} (${location.timezone}, ${location.currency}).`]);
  return 0;
}

async function remove(call: Call): Promise<number> {
  const location_id = idOf(call);
  if (!call.args.switched("yes")) {
    throw new UsageError(`all events of ${location_id} would be gone for good; add --yes if you mean it`);
  }
  needData(call);
  const answer = await runTask(call, "location remove", { location_id }, () => {});
  const { removed } = z.object({ removed: z.boolean() }).parse(answer);
  if (!removed) throw new CommandFailed(`there is no location ${location_id}; location list shows them`);
  await withControl(call, (control) => auditCommand(control, "location_removed", { object: location_id }));
  say(call, { removed: location_id }, [`Removed ${location_id} and its events.`]);
  return 0;
}

function idOf(call: Call): string {
  const [location_id] = call.args.words;
  if (location_id === undefined) throw new UsageError("which location? give its id");
  return location_id;
}

function changeOf(call: Call): { name?: string; timezone?: string; currency?: string } {
  const name = call.args.text("name");
  const timezone = call.args.text("timezone");
  const currency = call.args.text("currency");
  return {
    ...(name === null ? {} : { name }),
    ...(timezone === null ? {} : { timezone }),
    ...(currency === null ? {} : { currency }),
  };
}
