/**
 * Frames of the journal that are no events but say what becomes of those before them. They are journaled like events, so
 * that the record without the database gives the same: what was there before goes, what comes after stays.
 */
import { z } from "zod";
import type { Erasure } from "../store/erasure.ts";

export type Instruction =
  /** A location with all that is in it. */
  | { removes: string }
  /** One contact, who is not named. */
  | { erases: Erasure };

/** No event's line begins so: theirs begin with the id. */
const REMOVAL = '{"removed_location_id":';
const ERASURE = '{"erased_contact":';
const LINE_BYTES_MAX = 2048;
const DECODER = new TextDecoder();

const hex = z.string().regex(/^[0-9a-f]{64}$/);
const removalSchema = z.strictObject({ removed_location_id: z.string() });
const erasureSchema = z.strictObject({
  erased_contact: z.strictObject({ location_id: z.string(), salt: hex, digest: hex, proof: hex }),
});

export function instructionLine(instruction: Instruction): Uint8Array {
  const line =
    "removes" in instruction ? { removed_location_id: instruction.removes } : { erased_contact: instruction.erases };
  return new TextEncoder().encode(`${JSON.stringify(line)}\n`);
}

/** What a frame says; null when it holds events. Throws when it is neither: its checksum held, so a bug wrote it. */
export function instructionOf(payload: Uint8Array): Instruction | null {
  if (payload.length > LINE_BYTES_MAX || payload.length < REMOVAL.length) return null;
  const second = payload[2];
  if (second !== REMOVAL.charCodeAt(2) && second !== ERASURE.charCodeAt(2)) return null;
  const text = DECODER.decode(payload);
  if (text.startsWith(REMOVAL)) return { removes: removalSchema.parse(JSON.parse(text)).removed_location_id };
  if (text.startsWith(ERASURE)) return { erases: erasureSchema.parse(JSON.parse(text)).erased_contact };
  return null;
}
