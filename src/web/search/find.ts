/**
 * What search finds: pages, figures, bots, contacts, dashboards, presets, rules. Each only as far as its asker may see it.
 * It must never take longer than people notice: who is slow to be found is left out, and the answer says so.
 */
import { nameOf } from "../../../views/format.ts";
import { navPages, settingsPages } from "../../../views/nav.ts";
import { KPIS } from "../../catalogue/kpis.ts";
import type { Caller } from "../../control/types.ts";
import { definedKpis } from "../../report/custom-kpis.ts";
import { searchBots, searchContacts } from "../../report/search.ts";
import { seesPersonal } from "../access.ts";
import { rulesSeenBy } from "../alerts/rule-changes.ts";
import { seesDashboard } from "../dashboards/rights.ts";
import { hasPageAt, hasPageUnder } from "../figures/pages.ts";
import type { Parts } from "../parts.ts";
import { heldQuery, presetsSeenBy, withHeld } from "../presets.ts";
import { addressOfView, savedViewsSeenBy } from "../saved-views.ts";
import { fitOf } from "./rank.ts";

export const KINDS = ["page", "contact", "bot", "dashboard", "preset", "view", "kpi", "rule"] as const;
export type Kind = (typeof KINDS)[number];

export interface Found {
  kind: Kind;
  label: string;
  /** What it is, beside its name. */
  detail: string;
  href: string;
}

export interface FoundAll {
  results: readonly Found[];
  /** False: the database was too busy to look for people. */
  complete: boolean;
}

const SHOWN_MAX = 20;
const OF_KIND_MAX = 6;
/** Longer than this nobody waits while typing. */
const WAIT_MS = 150;

interface Candidate extends Found {
  /** Found by the database already: it fits, whatever it is called. */
  fits?: true;
}

/** The best first; of equally good ones in the order of KINDS. An empty text finds pages and presets. */
export async function find(parts: Parts, caller: Caller, typed: string, signal: AbortSignal): Promise<FoundAll> {
  const { people, complete } =
    typed === "" ? { people: [], complete: true } : await peopleOf(parts, caller, typed, signal);
  const named = [
    ...pagesOf(caller),
    ...presetsOf(parts, caller),
    ...viewsOf(parts, caller),
    ...(typed === "" ? [] : configured(parts, caller)),
  ];
  const ranked = [...named, ...people]
    .flatMap((one) => {
      const fit =
        fitOf(one.label, typed) ?? (one.fits || fitOf(`${one.label} ${one.detail}`, typed) !== null ? 3.5 : null);
      return fit === null ? [] : [{ one, fit }];
    })
    .sort((a, b) => a.fit - b.fit || KINDS.indexOf(a.one.kind) - KINDS.indexOf(b.one.kind));
  const counts = new Map<Kind, number>();
  const results = ranked.flatMap(({ one: { fits: _, ...found } }) => {
    const count = (counts.get(found.kind) ?? 0) + 1;
    counts.set(found.kind, count);
    return count <= OF_KIND_MAX || typed === "" ? [found] : [];
  });
  return { results: results.slice(0, SHOWN_MAX), complete };
}

function pagesOf(caller: Caller): readonly Candidate[] {
  const admin = caller.scopes.includes("admin");
  const page = (label: string, href: string, detail: string): Candidate => ({ kind: "page", label, href, detail });
  return [
    ...navPages().map(({ label, href }) => page(label, href, "Page")),
    page("Presets", "/presets", "Page"),
    ...settingsPages(admin).map(({ label, href }) => page(label, href, "Settings")),
    page("Alert rules", "/alerts/rules", "Page"),
  ];
}

function presetsOf(parts: Parts, caller: Caller): readonly Candidate[] {
  return presetsSeenBy(parts, caller).map(({ preset_id, name, query }) => {
    const held = heldQuery(parts, caller, query);
    const href = held.left_out.length === 0 ? withHeld(held, "/", {}) : `/?preset=${preset_id}`;
    return { kind: "preset", label: name, detail: "Preset", href };
  });
}

function viewsOf(parts: Parts, caller: Caller): readonly Candidate[] {
  return savedViewsSeenBy(parts, caller).map((view) => ({
    kind: "view",
    label: view.name,
    detail: "Saved view",
    href: addressOfView(view),
  }));
}

/** What people configured, and the figures that there are. */
function configured(parts: Parts, caller: Caller): readonly Candidate[] {
  const own = definedKpis(parts.control, { location_id: null, locations: caller.locations });
  const kpis = hasPageAt("/explore") ? [...KPIS, ...own] : [];
  return [
    ...kpis.map(({ key, label }): Candidate => ({ kind: "kpi", label, detail: "KPI", href: `/explore?kpi=${key}` })),
    ...parts.control
      .dashboards()
      .filter((dashboard) => seesDashboard(parts, caller, dashboard))
      .map(
        ({ dashboard_id, name }): Candidate => ({
          kind: "dashboard",
          label: name,
          detail: "Dashboard",
          href: `/dashboards/${dashboard_id}`,
        }),
      ),
    ...rulesSeenBy(parts, caller, []).map(({ rule: { rule_id, name } }): Candidate => {
      const edits = caller.scopes.includes("export");
      return {
        kind: "rule",
        label: name,
        detail: "Alert rule",
        href: edits ? `/alerts/rules?edit=${rule_id}` : "/alerts/rules",
      };
    }),
  ];
}

/** Those that the database knows, as long as it is quick. */
async function peopleOf(
  parts: Parts,
  caller: Caller,
  typed: string,
  signal: AbortSignal,
): Promise<{ people: readonly Candidate[]; complete: boolean }> {
  const asked = {
    locations: caller.locations,
    part: typed,
    personal: seesPersonal(caller),
    now: parts.now(),
    signal: AbortSignal.any([signal, AbortSignal.timeout(WAIT_MS)]),
  };
  const [bots, contacts] = await Promise.allSettled([
    hasPageUnder("/bots") ? searchBots(parts, asked) : [],
    hasPageUnder("/leads") ? searchContacts(parts, asked) : [],
  ]);
  const foundBots = bots.status === "fulfilled" ? bots.value : [];
  const foundContacts = contacts.status === "fulfilled" ? contacts.value : [];
  return {
    complete: bots.status === "fulfilled" && contacts.status === "fulfilled",
    people: [
      ...foundContacts.map(
        ({ contact_id, name }): Candidate => ({
          kind: "contact",
          label: name ?? contact_id,
          detail: name === null ? "Lead" : `Lead · ${contact_id}`,
          href: `/leads/${encodeURIComponent(contact_id)}`,
          fits: true,
        }),
      ),
      ...foundBots.map(
        ({ bot_id }): Candidate => ({
          kind: "bot",
          label: nameOf(bot_id),
          detail: "Bot",
          href: `/bots/${encodeURIComponent(bot_id)}`,
          fits: true,
        }),
      ),
    ],
  };
}
