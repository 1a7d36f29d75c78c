/** What the forms of the settings share: faults by field, and what is said when something was done. */
import type { ZodType } from "zod";
import type { Errors } from "../../../views/parts/settings.ts";
import { ControlError } from "../../control/control.ts";
import { Problem } from "../errors.ts";

/** What a form holds, or what is wrong with it, by field, in the words of `faults`. */
export function readForm<T>(
  schema: ZodType<T>,
  typed: unknown,
  faults: Errors,
): { data: T; errors: null } | { data: null; errors: Errors } {
  const read = schema.safeParse(typed);
  if (read.success) return { data: read.data, errors: null };
  const wrong = read.error.issues.map(({ path }) => String(path[0] ?? "form"));
  return { data: null, errors: Object.fromEntries(wrong.map((field) => [field, faults[field] ?? "This is wrong."])) };
}

/** Does the work of a form; an expected refusal comes back by field ("form" for the whole) instead of an error page. */
export async function faultsOf(work: () => unknown): Promise<Errors | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (error instanceof ControlError && error.code !== "busy") return { [error.field ?? "form"]: error.message };
    if (error instanceof Problem && [403, 409, 422, 429].includes(error.body.status)) {
      const { errors = [], detail, title } = error.body;
      if (errors.length === 0) return { form: detail ?? title };
      return Object.fromEntries(errors.map((one) => [one.field ?? "form", one.detail]));
    }
    throw error;
  }
}

const DONE: Readonly<Record<string, string>> = {
  added: "Added.",
  saved: "Saved.",
  removed: "Removed.",
  ended: "Signed out there.",
  password: "The password was changed. Everything else was signed out.",
  totp_off: "The second factor is off.",
};

/** What the page says after a form has led to it; null for nothing, or for words that are not ours. */
export function doneText(request: Request): string | null {
  const done = new URL(request.url).searchParams.get("done");
  return done !== null && Object.hasOwn(DONE, done) ? (DONE[done] ?? null) : null;
}

/** "2026-11-20 21:04 UTC". */
export function minuteText(iso: string): string {
  return `${iso.slice(0, 16).replace("T", " ")} UTC`;
}
