/** The shapes that typed `data` fields are made of. An optional field may be missing or null: both mean "not known". */
import { z } from "zod";

/** Long enough for a summary or a message; whole transcripts belong elsewhere. */
const TEXT_MAX = 16_384;

export const text = z.string().max(TEXT_MAX);
export const amount = z.number().min(0);
export const count = z.int().min(0);
/** −1 (bad) to 1 (good). */
export const sentiment = z.number().min(-1).max(1);
export const temperature = z.enum(["hot", "warm", "cold"]);
export const direction = z.enum(["in", "out"]);
/** An identifier or a label that some senders number. */
export const textOrNumber = z.union([text, z.number()]);

/** `data` of a type: the named fields are checked, all others are kept as they are. */
export function data(fields: z.ZodRawShape = {}): z.ZodType {
  return z.looseObject(fields);
}
