/** The steps of a funnel as text in an address: "lead_created|data.source:eq:ads>lead_qualified". */

export interface StepText {
  type: string;
  /** `field:op:value`, as the API takes them. */
  filters: readonly string[];
}

/** A type has neither of these; a filter's value may, behind a backslash. */
const STEP = ">";
const FILTER = "|";

export function stepsText(steps: readonly StepText[]): string {
  return steps.map(({ type, filters }) => [type, ...filters.map(escaped)].join(FILTER)).join(STEP);
}

/** The other way round. Any text gives steps; whether they make sense is for others to say. */
export function stepsOfText(text: string): readonly StepText[] {
  const steps: string[][] = [[""]];
  const add = (char: string): void => {
    const parts = steps.at(-1) ?? [];
    parts.push(`${parts.pop() ?? ""}${char}`);
  };
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === "\\" && at + 1 < text.length) add(text.charAt(++at));
    else if (char === STEP) steps.push([""]);
    else if (char === FILTER) steps.at(-1)?.push("");
    else add(char);
  }
  return steps.map(([type = "", ...filters]) => ({ type, filters }));
}

function escaped(filter: string): string {
  return filter.replace(/[\\|>]/g, "\\$&");
}
