import type { LeadsReport } from "../../src/report/leads.ts";
import type { ContactSort, ContactTab } from "../../src/store/query/contact-table.ts";
import { elsewhereNotice, type FiguresShell, figuresLayout, partial, periodWords, type Shown } from "../figures.ts";
import { counted } from "../format.ts";
import { type Html, html } from "../html.ts";
import { exportMenu } from "../parts/export-menu.ts";
import { sharedText } from "../parts/query.ts";
import { leadChoices, leadTabs } from "./choices.ts";
import { leadInspector } from "./inspector.ts";
import { leadsTable } from "./table.ts";

/** What only this page has in its address. */
export interface LeadsOwn {
  search: string | null;
  tab: ContactTab;
  temperatures: readonly string[];
  /** Empty: nobody told. */
  step?: string | undefined;
  timeline?: string | undefined;
  source?: string | undefined;
  budget?: string | undefined;
  sort: ContactSort;
  ascending: boolean;
  /** The contact that is looked at. */
  open: string | null;
  /** Something narrows the list. */
  chosen: boolean;
}

const CHOICES = ["search", "tab", "temperature", "step", "timeline", "source", "budget", "sort", "dir"];

export type LeadsShown = Shown<LeadsReport & { next_cursor: string | null }, LeadsOwn>;

/** The contacts of the timeframe, and beside them the one that is looked at. */
export function leadsPage(shown: LeadsShown, shell: FiguresShell): Html {
  const { query } = shown;
  return figuresLayout({
    title: "Leads",
    nav: "leads",
    query,
    shell,
    sub: summary(shown),
    actions: html`<a class="btn" href="/insights/contacts${sharedLocation(shown)}">Call first</a>${exportMenu(shown, [{ title: "Contacts", what: "contacts", own: exportedOwn(shown) }])}`,
    scripts: ["js/leads.js"],
    body: html`${notice(shown)}${leadTabs(shown)}${leadChoices(shown)}${leadsTable(shown)}`,
    aside: leadInspector(shown),
  });
}

export function leadsFragments(shown: LeadsShown): readonly Html[] {
  const inspector = leadInspector(shown);
  return [
    partial("period", summary(shown)),
    partial("notice", notice(shown)),
    partial("lead-tabs", leadTabs(shown)),
    partial("leads", leadsTable(shown)),
    ...(inspector ? [partial("inspector", inspector)] : []),
  ];
}

function summary({ report, now }: LeadsShown): Html {
  const { table, framed } = report;
  const counts = table.ok && html`${counted(table.value.tabs.all, "contact")} · `;
  return html`<p class="sub" id="period">${counts}${periodWords(framed, null, now)}</p>`;
}

function notice(shown: LeadsShown): Html {
  return elsewhereNotice(shown, shown.report.framed.timezone);
}

/** The page's own choices but for what is open beside it, and where a page of it begins. */
function exportedOwn({ query, own }: LeadsShown): Record<string, string> {
  const chosen = Object.entries(query.own).filter(
    ([name, text]) => CHOICES.includes(name) && !(name === "search" && text.trim() === ""),
  );
  return { sort: own.sort, ...Object.fromEntries(chosen) };
}

function sharedLocation({ query }: LeadsShown): string {
  return sharedText({ ...query, timeframe: null, from: null, to: null, timezone: null, filters: [], compare: true });
}
