/**
 * Erasing a contact for good, so that no file of the data directory holds a trace of it, whatever is killed when.
 * It must never write the contact's id anywhere, and never say that traces are gone before they are.
 *
 * The protocol:
 * 1. What control has (refused events, answers that name them) is deleted. A crash here loses nothing and has not been
 *    answered: whoever asked asks again.
 * 2. An erasure frame is journaled and synced. It holds the location, a random salt and a salted hash, and no id: by
 *    these the rows and lines are recognised, now, after a crash, and when an older copy of the record is replayed.
 * 3. The store follows it in its turn, like any frame: one transaction deletes the events, adds up the rollups of their
 *    days anew, moves the state to this frame, and notes the erasure as due. The contact is gone from every answer. A crash
 *    before the transaction is saved replays the frame.
 * 4. While an erasure is due, in the background, for all of them together:
 *    a. the journal's segments are rewritten without the lines (journal/rewrite.ts). A frame keeps its number and, in its
 *       header, the checksum that the chain folds: neither the frames behind it nor the store's state change with it. So
 *       a half-rewritten journal agrees with the store before, between and after, nothing is ever rebuilt over it, and
 *       damage shows as it always did: by each frame's own checksum and by the chain.
 *    b. the data file is written anew without free blocks (store/compact.ts), and so is control's (VACUUM, its log cut).
 *    c. the audit log says so, with the proof; then the erasure is no longer due, which a checkpoint saves.
 *    A crash anywhere in 4 finds the erasure still due at the next start, and does all of it again: each step leaves alone
 *    what it finds done.
 *
 * An event of this contact that comes later is new data and stays, also one whose id was erased: a bot that sends old
 * events again makes them anew.
 */
import type { Control } from "../control/control.ts";
import type { Journal } from "../journal/journal.ts";
import type { Rewritten } from "../journal/rewrite.ts";
import type { Compaction } from "../store/compact.ts";
import { contactDigest, type DueErasure, type Erasure } from "../store/erasure.ts";
import { StoreDamaged } from "../store/errors.ts";
import type { Store } from "../store/store.ts";
import { lineEraser, type TakenOut } from "./erased-lines.ts";
import type { Instruction } from "./instructions.ts";

/** A contact to be erased, and what proves later who it was. */
export interface ErasureOrder {
  contact_id: string;
  erasure: Erasure;
  /** Of `erasure.proof`: for whoever asked, kept nowhere. */
  salt: string;
}

export interface ErasedContact {
  /** Of the journal frame that says so. */
  journal_seq: number;
  erased_events: number;
  /** Refused events, and kept answers of requests that named the contact. */
  quarantined: number;
  answers: number;
}

interface Erasing {
  /** Resolves once the contact is gone from every answer. */
  erase(order: ErasureOrder): Promise<ErasedContact>;
  /** Resolves once no file holds a trace; `hurry` begins at once instead of waiting for more to erase. */
  tracesGone(journal_seq: number, hurry: boolean): Promise<void>;
  /** Erasures of before the start may be due: to be called when the store has caught up. */
  resume(): void;
  /** Ends what is due, or the try that runs; nothing is tried again. */
  stop(): Promise<void>;
}

interface Given {
  journal: Pick<Journal, "rewrite">;
  store: Pick<Store, "erasuresDue" | "compact" | "settleErasures">;
  control: Pick<Control, "audit" | "eraseContact" | "isProven" | "scrub">;
  /** Journals an instruction; resolves with its frame's number when the store has followed it. */
  instruct: (instruction: Instruction) => Promise<number>;
  /** Refused events on their way into the quarantine are there. */
  flushQuarantine: () => void;
  exclusively: <T>(task: () => Promise<T>) => Promise<T>;
  log: (level: "info" | "warn" | "error", message: string) => void;
  onBroken: (why: string) => void;
}

/** More erasures that come so soon share one rewriting. */
const GATHER_MS = 2_000;
const RETRY_MS = 30_000;

/** A new order: the salts are random, so that two erasures of one contact do not look alike. */
export function erasureOrder(location_id: string, contact_id: string): ErasureOrder {
  const [inner, salt] = [newSalt(), newSalt()];
  const digest = contactDigest(inner, location_id, contact_id);
  const proof = contactDigest(salt, location_id, contact_id);
  return { contact_id, salt, erasure: { location_id, salt: inner, digest, proof } };
}

export function createErasing(given: Given): Erasing {
  const { store, control, log } = given;
  /** By frame: makes the search for lines quick. Gone with the process. */
  const ids = new Map<number, string>();
  const waiting = new Map<number, PromiseWithResolvers<void>>();
  let timer: ReturnType<typeof setTimeout> | null = null;
  let running: Promise<void> | null = null;
  let again = false;
  let resumed = false;
  let stopped = false;

  function soon(ms: number): void {
    if (timer !== null || stopped) return;
    timer = setTimeout(start, ms);
    timer.unref();
  }

  function start(): void {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    again = running !== null;
    running ??= attempt().finally(() => {
      running = null;
      if (again && !stopped) start();
    });
  }

  async function attempt(): Promise<void> {
    try {
      await removeTraces();
    } catch (error) {
      log("error", `traces of erased contacts are still in files, it is tried again: ${textOf(error)}`);
      if (error instanceof StoreDamaged) given.onBroken(error.message);
      else soon(RETRY_MS);
    }
  }

  async function removeTraces(): Promise<void> {
    const due = store.erasuresDue;
    if (due.length === 0) return;
    const began = performance.now();
    const eraser = lineEraser(due, ids);
    const rewritten = await given.journal.rewrite(Math.max(...due.map(({ seq }) => seq)), eraser.change);
    const compaction = await given.exclusively(() => store.compact());
    if (!control.scrub()) throw new Error("another process is reading the control database");
    for (const erasure of due) prove(erasure, eraser.taken.get(erasure.seq), rewritten);
    await given.exclusively(() => store.settleErasures(due.map(({ seq }) => seq)));
    log("info", summary(due.length, rewritten, compaction, performance.now() - began));
    if (rewritten.unread_bytes > 0) {
      log("error", `journal: ${rewritten.unread_bytes} damaged bytes could not be searched for erased contacts`);
    }
    for (const { seq } of due) {
      ids.delete(seq);
      waiting.get(seq)?.resolve();
      waiting.delete(seq);
    }
  }

  /** Once an erasure, also when a rebuild from the journal has followed its frame again. */
  function prove(erasure: DueErasure, taken: TakenOut | undefined, rewritten: Rewritten): void {
    if (control.isProven(erasure.proof)) return;
    control.audit({
      actor: { kind: "system", id: null, name: "system" },
      action: "contact_erased",
      location_id: erasure.location_id,
      details: {
        proof: erasure.proof,
        erased_events: erasure.events,
        journal_seq: erasure.seq,
        journal_lines: taken?.lines ?? 0,
        journal_frames: taken?.frames ?? 0,
        journal_first: taken?.first ?? null,
        journal_last: taken?.last ?? null,
        unread_bytes: rewritten.unread_bytes,
      },
    });
  }

  return {
    async erase({ contact_id, erasure }) {
      given.flushQuarantine();
      const { quarantined, answers } = control.eraseContact(erasure.location_id, contact_id);
      const journal_seq = await given.instruct({ erases: erasure });
      ids.set(journal_seq, contact_id);
      soon(GATHER_MS);
      const erased_events = store.erasuresDue.find(({ seq }) => seq === journal_seq)?.events ?? 0;
      return { journal_seq, erased_events, quarantined, answers };
    },
    async tracesGone(journal_seq, hurry) {
      if (!store.erasuresDue.some(({ seq }) => seq === journal_seq)) return;
      const gone = waiting.get(journal_seq) ?? Promise.withResolvers<void>();
      gone.promise.catch(() => undefined);
      waiting.set(journal_seq, gone);
      if (hurry) start();
      await gone.promise;
    },
    resume() {
      resumed = true;
      if (store.erasuresDue.length > 0) start();
    },
    async stop() {
      if (resumed && store.erasuresDue.length > 0) start();
      stopped = true;
      await running;
      if (timer !== null) clearTimeout(timer);
      for (const { reject } of waiting.values())
        reject(new Error("the appliance is stopping; it goes on at its next start"));
    },
  };
}

function newSalt(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("hex");
}

function summary(contacts: number, rewritten: Rewritten, compaction: Compaction | null, ms: number): string {
  const { frames, frames_seen, segments } = rewritten;
  const file =
    compaction === null
      ? ""
      : ` The database went from ${compaction.bytes_before} to ${compaction.bytes_after} bytes in ` +
        `${Math.round(compaction.took_ms)} ms; questions waited ${Math.round(compaction.held_ms)} ms.`;
  return (
    `traces of ${contacts} erased contacts are gone after ${Math.round(ms)} ms: ` +
    `${frames} of ${frames_seen} frames in ${segments} segments of the journal were rewritten.${file}`
  );
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
