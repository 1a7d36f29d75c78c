/**
 * `doctor`: looks at everything that could be wrong with the data, and says what to do.
 * It must never mend anything itself, and never call well what it could not look at.
 */
import { statSync } from "node:fs";
import { totalmem } from "node:os";
import { z } from "zod";
import { dataPaths, type Settings } from "../config.ts";
import type { AuditHead } from "../control/types.ts";
import { checkJournal, type JournalCheck } from "../journal/check.ts";
import { freeBytes } from "../journal/files.ts";
import { askServer } from "../socket.ts";
import { UsageError } from "./arguments.ts";
import { needData, runTask, withControl } from "./data.ts";
import type { Check, StoreChecks } from "./doctor-store.ts";
import { type Call, CommandFailed, say, type Verb } from "./verb.ts";

export const DOCTOR_VERB: Verb = {
  name: "doctor",
  summary: "Checks audit log, journal, store, rollups, disk and settings: exit code 1 when something is wrong.",
  usage: "[--audit-head ENTRIES:HASH]",
  flags: [
    {
      name: "audit-head",
      value: "ENTRIES:HASH",
      doc: "As an earlier doctor or the audit page said it: does the log still lead through it? Shows a log that was written anew as a whole.",
    },
  ],
  run: doctor,
};

async function doctor(call: Call): Promise<number> {
  const known = headOf(call.args.text("audit-head"));
  needData(call);
  const running = (await askServer(call.settings.data, "status", null, () => {})) !== null;
  // Without a server the record is read first: whoever opens it cuts off what is unfinished.
  const before = running ? null : await journalOf(call.settings, null);
  const store = await storeOf(call);
  const seq = store.state?.seq ?? null;
  const journal = before ?? (await journalOf(call.settings, seq));
  const control = await controlOf(call, known);
  const checks: Check[] = [
    ...control.checks,
    ...journalChecks(journal),
    ...agreement(journal, store.state),
    ...store.checks,
    await diskCheck(call.settings),
    ...settingsChecks(call.settings),
  ];
  const ok = checks.every(({ state }) => state !== "bad");
  const lines = checks.map(({ check, state, detail }) => `${MARKS[state]} ${check}: ${detail}`);
  const head = control.head && `${control.head.entries}:${control.head.hash}`;
  say(call, { ok, server: running, checks, audit_head: head }, [
    ...lines,
    ...(head ? [`Keep this elsewhere for --audit-head: ${head}`] : []),
    ok ? "All is well." : "Something is wrong.",
  ]);
  return ok ? 0 : 1;
}

const MARKS = { ok: "ok  ", warn: "WARN", bad: "BAD " } as const;

function headOf(text: string | null): AuditHead | undefined {
  if (text === null) return undefined;
  const [, entries, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text.trim()) ?? [];
  if (entries === undefined || hash === undefined)
    throw new UsageError("--audit-head: write ENTRIES:HASH, as doctor prints it");
  return { entries: Number(entries), hash };
}

async function controlOf(
  call: Call,
  known: AuditHead | undefined,
): Promise<{ checks: Check[]; head: AuditHead | null }> {
  try {
    return await withControl(call, async (control) => {
      const faults = control.integrity();
      const integrity: Check =
        faults.length === 0
          ? { check: "control database", state: "ok", detail: "whole" }
          : { check: "control database", state: "bad", detail: `${faults[0]}: restore a backup` };
      const { entries, hash, broken_at, detail } = await control.verifyAudit(known);
      const audit: Check =
        broken_at === null
          ? { check: "audit log", state: "ok", detail: `${entries} entries follow from one another` }
          : { check: "audit log", state: "bad", detail: `broken at entry ${broken_at}: ${detail}` };
      return { checks: [integrity, audit], head: broken_at === null ? { entries, hash } : null };
    });
  } catch (error) {
    return { checks: [{ check: "control database", state: "bad", detail: messageOf(error) }], head: null };
  }
}

async function journalOf({ data }: Settings, seq: number | null): Promise<JournalCheck | string> {
  try {
    return await checkJournal({ dir: dataPaths(data).journal, to: seq, at: seq });
  } catch (error) {
    return messageOf(error);
  }
}

function journalChecks(journal: JournalCheck | string): Check[] {
  const check = "journal";
  if (typeof journal === "string") return [{ check, state: "bad", detail: journal }];
  const { segments, bytes, frames, damages, unfinished } = journal;
  const read = `${frames} frames in ${segments} segments, ${Math.ceil(bytes / MIB)} MiB`;
  const found = damages.map(({ segment, offset, seq_from, seq_to, what }): Check => {
    const which = seq_from === null ? "" : ` (frames ${seq_from} to ${seq_to})`;
    const detail = `${segment || "the end"} at ${offset}: ${what}${which}; the database may still hold them: make a backup now`;
    return { check, state: "bad", detail };
  });
  if (found.length > 0) return found.slice(0, DAMAGES_MAX);
  if (unfinished === null) return [{ check, state: "ok", detail: `${read}, all of them sound` }];
  return [
    {
      check,
      state: "warn",
      detail: `${read}; ${unfinished} at its end: never acknowledged, cut off at the next start`,
    },
  ];
}

/** The database is a projection of the record: they must end at the same frame, with the same running checksum. */
function agreement(journal: JournalCheck | string, state: StoreChecks["state"] | null): Check[] {
  if (typeof journal === "string" || state === null) return [];
  const check = "store and journal";
  const { seq, checksum } = state;
  if (seq > journal.last_seq)
    return [
      {
        check,
        state: "bad",
        detail: `the journal ends at frame ${journal.last_seq}, the database holds ${seq}: its end was lost; make a backup now`,
      },
    ];
  if (seq < journal.last_seq)
    return [{ check, state: "bad", detail: `the database holds frame ${seq}, the journal ${journal.last_seq}` }];
  if (journal.chain !== checksum)
    return [{ check, state: "bad", detail: `they disagree about frame ${seq}: bellwether restore --from-journal` }];
  return [{ check, state: "ok", detail: `both end at frame ${seq} with the same checksum` }];
}

const storeSchema = z.object({
  state: z.object({ seq: z.number(), events: z.number(), checksum: z.number() }),
  checks: z.array(z.object({ check: z.string(), state: z.enum(["ok", "warn", "bad"]), detail: z.string() })),
});

async function storeOf(call: Call): Promise<{ state: StoreChecks["state"] | null; checks: Check[] }> {
  try {
    return storeSchema.parse(await runTask(call, "doctor", null, () => {}));
  } catch (error) {
    return { state: null, checks: [{ check: "store", state: "bad", detail: messageOf(error) }] };
  }
}

async function diskCheck({ data, disk_free_bytes_min }: Settings): Promise<Check> {
  const free = await freeBytes(data);
  const detail = `${Math.floor(free / MIB)} MiB free; events are refused below ${Math.ceil(disk_free_bytes_min / MIB)} MiB`;
  const state = free < disk_free_bytes_min ? "bad" : free < 2 * disk_free_bytes_min ? "warn" : "ok";
  return { check: "disk", state, detail };
}

/** Settings that are allowed, and hardly meant; and files that others can read. */
function settingsChecks(settings: Settings): Check[] {
  const found = ODD.filter(({ when }) => when(settings)).map(({ says }) => says);
  const paths = dataPaths(settings.data);
  for (const path of [settings.data, paths.control]) {
    const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0;
    if ((mode & 0o077) !== 0) found.push(`${path} can be read by others: chmod go= ${path}`);
  }
  if (found.length === 0) return [{ check: "settings", state: "ok", detail: "nothing odd" }];
  return found.map((detail) => ({ check: "settings", state: "warn", detail }));
}

const MIB = 1024 * 1024;
const DAMAGES_MAX = 20;

const ODD: readonly { when: (settings: Settings) => boolean; says: string }[] = [
  {
    when: ({ duckdb_memory_mb }) => duckdb_memory_mb * 1.6 * MIB > totalmem(),
    says: "duckdb_memory_mb: DuckDB may take more memory than the machine has",
  },
  {
    when: ({ event_bytes_max, ingest_body_bytes_max }) => event_bytes_max > ingest_body_bytes_max,
    says: "event_bytes_max is above ingest_body_bytes_max: no request can carry such an event",
  },
  {
    when: ({ ingest_body_bytes_max, ingest_queue_bytes_max }) => ingest_body_bytes_max > ingest_queue_bytes_max,
    says: "ingest_body_bytes_max is above ingest_queue_bytes_max: a large request waits until the queue is empty",
  },
  {
    when: ({ session_idle_min, session_absolute_h }) => session_idle_min > session_absolute_h * 60,
    says: "session_idle_min is above session_absolute_h: no session is ever idle for so long",
  },
  {
    when: ({ http, public_url }) => !isLocal(http) && !public_url.startsWith("https://"),
    says: "the server listens to other machines, and public_url is no https address: passwords and keys travel in clear unless TLS is in front",
  },
  {
    when: ({ admin_password }) => admin_password !== "",
    says: "admin_password is still set: it is used once, at the first start; take it out",
  },
];

function isLocal(http: string): boolean {
  return /^(127\.|localhost:|\[::1\]:)/.test(http);
}

function messageOf(error: unknown): string {
  if (error instanceof CommandFailed) return error.message;
  return error instanceof Error ? (error.message.split("\n", 1)[0] ?? error.name) : String(error);
}
