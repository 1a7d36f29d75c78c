import { type Damage, type Frame, type Journal, type JournalOptions, openJournal } from "../../src/journal/journal.ts";

/** A journal for a test: small segments, silent log, and what it reported at opening. */
export async function testJournal(
  options: Partial<JournalOptions> & { dir: string },
): Promise<{ journal: Journal; damaged: Damage[] }> {
  const damaged: Damage[] = [];
  const journal = await openJournal({
    segment_bytes: 64 * 1024,
    onDamage: (damage) => damaged.push(damage),
    log: () => undefined,
    ...options,
  });
  return { journal, damaged };
}

export async function readAll(journal: Journal, after = 0): Promise<{ frames: Frame[]; damaged: Damage[] }> {
  const damaged: Damage[] = [];
  const frames: Frame[] = [];
  for await (const frame of journal.read(after, (damage) => damaged.push(damage))) {
    frames.push({ ...frame, payload: frame.payload.slice() });
  }
  return { frames, damaged };
}

/** Every number that a reading owns up to not having. */
export function missing(damaged: readonly Damage[]): Set<number> {
  const numbers = new Set<number>();
  for (const { seq_from, seq_to } of damaged) {
    for (let seq = seq_from ?? 1; seq <= (seq_to ?? 0); seq++) numbers.add(seq);
  }
  return numbers;
}

export const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
export const bytes = (content: string): Uint8Array => new TextEncoder().encode(content);
