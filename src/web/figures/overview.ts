/** `/`, once there are events: the command center. */
import { z } from "zod";
import { overviewFragments, overviewPage } from "../../../views/overview.ts";
import type { Funnel } from "../../report/funnel.ts";
import { type Overview, overviewReport } from "../../report/overview.ts";
import { createKept, type Kept } from "../kept.ts";
import type { Parts } from "../parts.ts";
import { figuresPage, touchLater } from "./page.ts";

export const OVERVIEW = figuresPage<Overview, object>({
  view: "overview",
  path: "/",
  summary: "The overview, or the wait for a first event.",
  own: z.object({}),
  report: (parts, asked) =>
    overviewReport(parts, asked, logOf(parts), (key, ask) =>
      funnelsOf(parts).take(key, ask, (wait_ms) => touchLater(parts, wait_ms)),
    ),
  elsewhere: ({ elsewhere }) => elsewhere,
  page: overviewPage,
  fragments: overviewFragments,
});

const funnels = new WeakMap<Parts, Kept<Funnel>>();

/** Of one appliance. */
function funnelsOf(parts: Parts): Kept<Funnel> {
  const kept = funnels.get(parts) ?? createKept<Funnel>();
  funnels.set(parts, kept);
  return kept;
}

function logOf({ log }: Parts): (what: string, error: unknown) => void {
  return (what, error) =>
    log("error", `overview: ${what} failed`, { error: error instanceof Error ? error.message : String(error) });
}
