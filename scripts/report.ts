/** Reads the test runner's JUnit report: what passed, failed and was skipped is counted from it, never assumed. */
export interface Counts {
  passed: number;
  failures: readonly string[];
  skips: readonly string[];
}

export interface Report extends Counts {
  name: string;
  /** Did the run itself end with exit code 0? */
  fine: boolean;
}

/** From `<testcase>` elements; a self-closing one passed. */
export function readReport(xml: string): Counts {
  const failures: string[] = [];
  const skips: string[] = [];
  let passed = 0;
  for (const [, attributes = "", body = ""] of xml.matchAll(/<testcase\b([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g)) {
    const title = `${attribute(attributes, "file")}: ${attribute(attributes, "name")}`;
    if (/<(failure|error)\b/.test(body)) failures.push(title);
    else if (/<skipped\b/.test(body)) skips.push(title);
    else passed++;
  }
  return { passed, failures, skips };
}

/** "N passed, N failed, N skipped", and what else went wrong or was left out, in brackets. */
export function closingLine(
  reports: readonly Report[],
  broken: readonly string[],
  notes: readonly string[],
): { line: string; fine: boolean } {
  const passed = reports.reduce((sum, report) => sum + report.passed, 0);
  const failed = reports.reduce((sum, report) => sum + report.failures.length, 0);
  const skipped = reports.reduce((sum, report) => sum + report.skips.length, 0);
  // A run can fail without a failed test: a file that does not load, a crash, the deadline.
  const runs = reports.filter((report) => !report.fine && report.failures.length === 0).map((report) => report.name);
  const steps = [...broken, ...runs];
  const empty = reports.length === 0 || passed === 0;
  const skips = reports.flatMap((report) => report.skips);
  const remarks = [
    ...(steps.length === 0 ? [] : [`failed steps: ${steps.join(", ")}`]),
    ...notes,
    // A few are named here, so that a skip is never only a number; check lists them all.
    ...(skips.length === 0
      ? []
      : [`skipped: ${skips.slice(0, SKIPS_NAMED_MAX).join("; ")}${skips.length > SKIPS_NAMED_MAX ? "; …" : ""}`]),
  ];
  return {
    line: `${passed} passed, ${failed} failed, ${skipped} skipped${remarks.length === 0 ? "" : ` (${remarks.join("; ")})`}`,
    fine: failed === 0 && steps.length === 0 && !empty && reports.every((report) => report.fine),
  };
}

const SKIPS_NAMED_MAX = 3;

const ENTITIES: Readonly<Record<string, string>> = {
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&apos;": "'",
  "&amp;": "&",
};

function attribute(attributes: string, name: string): string {
  const text = new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)?.[1] ?? "";
  return text.replace(/&(lt|gt|quot|apos|amp);/g, (entity) => ENTITIES[entity] ?? entity);
}
