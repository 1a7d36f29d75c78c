import { expect, test } from "bun:test";
import { closingLine, readReport } from "../../scripts/report.ts";

const XML = `<?xml version="1.0"?><testsuites><testsuite name="a.test.ts">
<testcase name="holds" file="a.test.ts" time="0" />
<testcase name="a &lt;b&gt; &amp; c" file="a.test.ts"><skipped /></testcase>
<testcase name="breaks" file="a.test.ts"><failure type="AssertionError" message="x">trace</failure></testcase>
</testsuite></testsuites>`;

test("passed, failed and skipped are counted from the runner's report", () => {
  expect(readReport(XML)).toEqual({ passed: 1, failures: ["a.test.ts: breaks"], skips: ["a.test.ts: a <b> & c"] });
});

test("the closing line says what failed and what was left out", () => {
  const report = { name: "tests", fine: false, ...readReport(XML) };
  expect(closingLine([report], [], [])).toEqual({
    line: "1 passed, 1 failed, 1 skipped (skipped: a.test.ts: a <b> & c)",
    fine: false,
  });
  expect(closingLine([{ ...report, fine: true, failures: [] }], ["types"], ["no Chromium"])).toEqual({
    line: "1 passed, 0 failed, 1 skipped (failed steps: types; no Chromium; skipped: a.test.ts: a <b> & c)",
    fine: false,
  });
  expect(closingLine([{ ...report, fine: true, failures: [] }], [], []).fine).toBe(true);
});

test("a run that ended badly without a failed test, or without any test, is not fine", () => {
  expect(closingLine([{ name: "tests", fine: false, passed: 5, failures: [], skips: [] }], [], [])).toEqual({
    line: "5 passed, 0 failed, 0 skipped (failed steps: tests)",
    fine: false,
  });
  expect(closingLine([{ name: "tests", fine: true, passed: 0, failures: [], skips: [] }], [], []).fine).toBe(false);
});
