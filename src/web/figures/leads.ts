/** `/leads`: the contacts of the timeframe, and the one that is looked at. */
import { z } from "zod";
import { type LeadsOwn, type LeadsShown, leadsFragments, leadsPage } from "../../../views/leads/leads.ts";
import { leadsReport } from "../../report/leads.ts";
import { choiceFields, choiceOf } from "../bi/contact-choice.ts";
import { tableCursor, tableCursorText } from "../bi/contacts.ts";
import { logOf } from "./bots.ts";
import { chancesSoon } from "./chances.ts";
import { figuresPage } from "./page.ts";

const ROWS = 25;

const own = z
  .object({
    ...choiceFields,
    search: z.string().max(128).optional(),
    cursor: tableCursor.optional(),
    open: z.string().min(1).max(128).optional(),
  })
  .transform(({ cursor, open = null, ...given }) => {
    const { search: text, ...rest } = given;
    const search = text?.trim() || undefined;
    const wanted = choiceOf({ ...rest, ...(search ? { search } : {}) }, "conversion");
    const { tab, temperature } = wanted.choice;
    const shown: LeadsOwn = {
      ...rest,
      search: wanted.search,
      tab,
      temperatures: temperature ?? [],
      sort: wanted.sort,
      ascending: wanted.ascending,
      open,
      chosen:
        Boolean(search) ||
        tab !== "all" ||
        [temperature, ...CHOSEN.map((name) => rest[name])].some((one) => one != null),
    };
    return { ...shown, wanted, cursor: cursor ?? null };
  });
const CHOSEN = ["step", "timeline", "source", "budget"] as const;

export const LEADS = figuresPage<LeadsShown["report"], z.output<typeof own>>({
  view: "leads",
  path: "/leads",
  summary: "Contacts: who they are, how far they came, and how likely they convert.",
  own,
  report: async (parts, asked, { wanted, cursor, open }) => {
    const chances = await chancesSoon(parts, asked);
    const report = await leadsReport(
      parts,
      { ...asked, ...wanted, chances, after: cursor, limit: ROWS, open },
      logOf(parts, "leads"),
    );
    return { ...report, next_cursor: report.table.ok ? tableCursorText(report.table.value.next) : null };
  },
  page: leadsPage,
  fragments: leadsFragments,
  dear: true,
});
