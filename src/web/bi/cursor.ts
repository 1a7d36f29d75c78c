/** Cursors of lists: places, as text that callers hand back and need not understand. */
import { z } from "zod";

const CURSOR_CHARS_MAX = 1_024;

/** The text of a place. */
export function cursorText(place: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(place)).toString("base64url");
}

/** A query or body parameter that holds such a text; a changed one is refused, or is another place of the same list. */
export function cursorOf<Place extends z.ZodType>(place: Place) {
  return z
    .string()
    .min(1)
    .max(CURSOR_CHARS_MAX)
    .transform((text, context): z.output<Place> => {
      const parsed = place.safeParse(parsedText(text));
      if (parsed.success) return parsed.data;
      context.addIssue({ code: "custom", message: "This is no cursor of this list." });
      return z.NEVER;
    });
}

function parsedText(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, "base64url").toString());
  } catch {
    return null;
  }
}
