/** `restore --from-journal`: the store again from the record. The old file is kept beside the new one until that is whole. */
import { existsSync, renameSync, rmSync } from "node:fs";
import { dataPaths } from "../config.ts";
import { UsageError } from "./arguments.ts";
import { auditCommand } from "./audited.ts";
import { lockOrFail, needData, openQuietly, progressBar } from "./data.ts";
import { type Call, CommandFailed, say, type Verb } from "./verb.ts";

const LOOK_EVERY_MS = 200;

export const RESTORE_VERB: Verb = {
  name: "restore",
  summary: "Rebuilds the analytic database from the journal. The server must be stopped.",
  usage: "--from-journal",
  flags: [{ name: "from-journal", value: null, doc: "From the journal of this data directory." }],
  run: restore,
};

async function restore(call: Call): Promise<number> {
  if (!call.args.switched("from-journal")) throw new UsageError("restore from what? bellwether restore --from-journal");
  needData(call);
  const lock = lockOrFail(call.settings.data);
  const { store } = dataPaths(call.settings.data);
  const kept = `${store}.before-restore`;
  try {
    if (!existsSync(kept)) moveStore(store, kept);
    else for (const end of FILES) rmSync(store + end, { force: true });
    const events = await replay(call);
    for (const end of FILES) rmSync(kept + end, { force: true });
    say(call, { events }, [`Restored ${events.toLocaleString("en-US")} events from the journal.`]);
    return 0;
  } catch (error) {
    throw new CommandFailed(
      `the restore failed, the old database is kept as ${kept}: ${error instanceof Error ? error.message : error}`,
    );
  } finally {
    lock.release();
  }
}

/** DuckDB's file and its write-ahead log. */
const FILES = ["", ".wal"] as const;

function moveStore(from: string, to: string): void {
  for (const end of FILES) {
    if (existsSync(from + end)) renameSync(from + end, to + end);
  }
}

/** An appliance over an empty store applies the whole journal by itself: that is its normal start. */
async function replay(call: Call): Promise<number> {
  const appliance = await openQuietly(call);
  try {
    const progress = progressBar(call, "Journal");
    for (
      let stats = appliance.parts.ingest.stats();
      stats.applied_seq < stats.journal_seq;
      stats = appliance.parts.ingest.stats()
    ) {
      progress(stats.applied_seq, stats.journal_seq);
      await Bun.sleep(LOOK_EVERY_MS);
    }
    const { events } = appliance.parts.store.state;
    auditCommand(appliance.parts.control, "restored", { details: { from: "journal", events } });
    return events;
  } finally {
    await appliance.stop();
  }
}
