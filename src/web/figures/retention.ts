/** `/retention`: of those who began in a period, how many came back in each one after. */
import { z } from "zod";
import {
  RETENTION_GRAINS,
  type RetentionOwn,
  retentionFragments,
  retentionView,
} from "../../../views/funnels/retention.ts";
import { type RetentionPage, retentionPage } from "../../report/retention-page.ts";
import { typeName } from "../bi/funnel.ts";
import { logOf } from "./bots.ts";
import { figuresPage } from "./page.ts";

/** Which periods have begun changes with the clock. */
const QUARTER_HOUR = 900_000_000;

export const RETENTION = figuresPage<RetentionPage, RetentionOwn>({
  view: "retention",
  path: "/retention",
  summary: "Who came back.",
  own: z.object({
    birth: typeName.default("lead_created"),
    return: typeName.default("conversation_message"),
    grain: z.enum(RETENTION_GRAINS).default("week"),
  }),
  report: (parts, asked, own) => retentionPage(parts, { ...asked, ...own }, logOf(parts, "retention")),
  page: retentionView,
  fragments: retentionFragments,
  kept: (own, _, { now }) => ({
    of: [own, Math.floor(now / QUARTER_HOUR)],
    // Births look at all that was before.
    subject: { from: Number.NEGATIVE_INFINITY },
  }),
  dear: true,
});
