/** `/alerts/rules`: what is watched, made and tried on the past. */
import { z } from "zod";
import { backtestPart, type RuleFormProps, type RuleTyped, type Tried } from "../../../../views/alerts/rule-form.ts";
import { type RuleRow, rulesPage } from "../../../../views/alerts/rules.ts";
import { counted, exactText } from "../../../../views/format.ts";
import { NO_QUERY } from "../../../../views/parts/query.ts";
import type { Errors } from "../../../../views/parts/settings.ts";
import type { Backtest } from "../../../alerts/backtest.ts";
import { isReadyMade, readyMade } from "../../../alerts/ready-made.ts";
import type { RuleBody, RuleKind } from "../../../alerts/rule.ts";
import { KPIS } from "../../../catalogue/kpis.ts";
import type { Caller } from "../../../control/types.ts";
import { currencyOf, timezoneOf } from "../../../report/common.ts";
import { definedKpis, knownKpi } from "../../../report/custom-kpis.ts";
import { addsUp, isSeries } from "../../../report/watching/kinds.ts";
import { locationsOf, seesLocation, seesRow } from "../../access.ts";
import { pageOf as pageOfRows } from "../../paging.ts";
import type { Parts } from "../../parts.ts";
import { formOf, htmlResponse, queryOf, seeOther } from "../../request.ts";
import { type Route, route } from "../../route.ts";
import { doneText, faultsOf } from "../../settings/form.ts";
import { shellUser } from "../../shell-user.ts";
import {
  addRule,
  type Changing,
  changeRule,
  type KnownRule,
  removeRule,
  ruleSeenBy,
  rulesSeenBy,
} from "../rule-changes.ts";
import { maskedRule } from "../rule-shapes.ts";
import { tried } from "../rules.ts";
import { locationsFor } from "./alerts.ts";
import { fieldOf, freshTyped, isRuleKind, readTyped, typedIn, typedOf } from "./rule-typed.ts";
import { ruleWords } from "./rule-words.ts";
import { lastedText, whenText } from "./shown.ts";

const PAGE_ROWS = 50;
const DAYS = 30;
const FIRINGS_SHOWN = 8;
const STATES = ["firing", "error", "no_data", "pending", "ok"] as const;

const pageQuery = z.object({
  location_id: z.string().min(1).max(64).optional(),
  new: z.string().max(32).optional().catch(undefined),
  edit: z.string().max(200).optional().catch(undefined),
  cursor: z.string().max(200).optional().catch(undefined),
});

type Asked = z.output<typeof pageQuery>;
type Form = Pick<RuleFormProps, "kind" | "editing" | "typed"> & Partial<Pick<RuleFormProps, "errors" | "tried">>;

export function rulePages(parts: Parts): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/alerts/rules",
      access: "read",
      tag: "Page",
      summary: "Rules of alerts.",
      query: "own",
      answers: { 200: { description: "The page.", type: "text/html" } },
      handle: ({ request, caller }) => {
        const asked = queryOf(request, pageQuery);
        return htmlResponse(pageOf(parts, request, caller, asked, formAsked(parts, caller, asked)));
      },
    }),

    route({
      method: "POST",
      path: "/alerts/rules",
      access: "admin",
      tag: "Page",
      summary: "Makes a rule.",
      body: "own",
      answers: { 303: { description: "Made." } },
      handle: async ({ request, server, caller }) => {
        const typed = typedIn(await formOf(request));
        return kept(parts, { request, server, caller }, typed, null, (by, rule) => void addRule(parts, by, rule));
      },
    }),

    route({
      method: "POST",
      path: "/alerts/rules/backtest",
      access: "export",
      tag: "Page",
      summary: "What a rule would have said in the last 30 days.",
      body: "own",
      answers: { 200: { description: "The page, or the part of it.", type: "text/html" } },
      handle: async ({ request, server, caller }) => {
        const typed = typedIn(await formOf(request));
        const kind = kindOf(typed);
        const editing = typed.editing?.[0] ?? null;
        const before = editing === null ? null : ruleSeenBy(parts, caller, editing).rule;
        const said = await triedOf(parts, { request, server, caller }, kind, typed, before);
        if (request.headers.has("hx-request")) return htmlResponse(backtestPart(said));
        const errors = said?.ok === false ? said.errors : {};
        return htmlResponse(pageOf(parts, request, caller, {}, { kind, editing, typed, errors, tried: said }));
      },
    }),

    route({
      method: "POST",
      path: "/alerts/rules/:id",
      access: "admin",
      tag: "Page",
      summary: "Changes a rule.",
      params: { id: "The rule." },
      body: "own",
      answers: { 303: { description: "Changed." } },
      handle: async ({ request, server, caller, params }) => {
        const known = ruleSeenBy(parts, caller, params.id);
        const typed = typedIn(await formOf(request));
        const change = (by: Changing, rule: RuleBody) => void changeRule(parts, by, params.id, { ...rule });
        return kept(parts, { request, server, caller }, typed, known, change);
      },
    }),

    route({
      method: "POST",
      path: "/alerts/rules/:id/switch",
      access: "admin",
      tag: "Page",
      summary: "Switches a rule on or off.",
      params: { id: "The rule." },
      body: "own",
      answers: { 303: { description: "Done." } },
      handle: async ({ request, server, caller, params }) => {
        const enabled = (await formOf(request)).get("enabled") === "true";
        const by = { request, server, caller };
        const faults = await faultsOf(() => changeRule(parts, by, params.id, { enabled }));
        if (!faults) return seeOther("/alerts/rules?done=saved");
        return htmlResponse(pageOf(parts, request, caller, {}, null, { form: Object.values(faults)[0] ?? "" }), 422);
      },
    }),

    route({
      method: "POST",
      path: "/alerts/rules/:id/removal",
      access: "admin",
      tag: "Page",
      summary: "Removes a rule.",
      params: { id: "The rule." },
      body: "own",
      answers: { 303: { description: "Removed." } },
      handle: ({ request, server, caller, params }) => {
        removeRule(parts, { request, server, caller }, params.id);
        return seeOther("/alerts/rules?done=removed");
      },
    }),
  ];
}

/** Keeps what was typed, or shows the form again with what is wrong. */
async function kept(
  parts: Parts,
  by: Changing,
  typed: RuleTyped,
  known: KnownRule | null,
  keep: (by: Changing, rule: RuleBody) => void,
): Promise<Response> {
  const kind = known?.rule.kind ?? kindOf(typed);
  const { rule, errors } = readTyped(kind, typed, known?.rule ?? null);
  const faults = errors ?? byField(await faultsOf(() => keep(by, rule)));
  if (!faults) return seeOther(`/alerts/rules?done=${known ? "saved" : "added"}`);
  const editing = known?.rule.rule_id ?? null;
  return htmlResponse(pageOf(parts, by.request, by.caller, {}, { kind, editing, typed, errors: faults }, faults), 422);
}

async function triedOf(
  parts: Parts,
  by: Changing,
  kind: RuleKind,
  typed: RuleTyped,
  before: RuleBody | null,
): Promise<Tried> {
  const { rule, errors } = readTyped(kind, typed, before);
  if (errors) return { ok: false, errors };
  let found: Backtest | null = null;
  const faults = byField(
    await faultsOf(async () => {
      found = await tried(parts, by, rule, DAYS, "");
    }),
  );
  if (faults || !found) return { ok: false, errors: faults ?? { form: "There is no answer." } };
  return { ok: true, backtest: shownBacktest(parts, by.caller, rule, found) };
}

function shownBacktest(parts: Parts, caller: Caller, rule: RuleBody, found: Backtest) {
  const { control } = parts;
  const timezone = timezoneOf(control, rule.location_id === null ? caller.locations : [rule.location_id]);
  const now = parts.now();
  const at = (iso: string): number => Date.parse(iso) * 1_000;
  const kpi = kpiOfRule(parts, rule);
  const worst = (peak: number, location_id: string | null): string => {
    const currency = currencyOf(control, location_id === null ? null : [location_id]);
    if (rule.kind === "change") return exactText(peak, "percent");
    const unit = kpi?.unit ?? "count";
    return exactText(unit === "money" ? peak.toFixed(2) : peak, unit, currency);
  };
  return {
    summary: found.summary,
    evaluations: found.reason === null ? `${counted(found.evaluations, "evaluation")}, by the same steps as live.` : "",
    firings: found.firings.slice(0, FIRINGS_SHOWN).map(({ location_id, bot_id, start, end, peak, told }) => ({
      where: [bot_id, location_id === null ? null : (control.location(location_id)?.name ?? location_id)]
        .filter((word) => word !== null)
        .join(" at "),
      from: whenText(at(start), { timezone, now }),
      lasted: lastedText((end === null ? now : at(end)) - at(start)),
      peak: peak === null ? null : worst(peak, location_id),
      told: told === null ? "Not: muted" : whenText(at(told), { timezone, now }),
    })),
    more: Math.max(0, found.total - FIRINGS_SHOWN),
  };
}

function formAsked(parts: Parts, caller: Caller, asked: Asked): Form | null {
  if (asked.edit !== undefined) {
    const { rule } = ruleSeenBy(parts, caller, asked.edit);
    return { kind: rule.kind, editing: rule.rule_id, typed: typedOf(maskedRule(caller, rule)) };
  }
  if (!isRuleKind(asked.new)) return null;
  const [first] = locationsFor(parts, caller);
  const location_id = asked.location_id ?? (caller.locations === null ? null : (first?.location_id ?? null));
  return { kind: asked.new, editing: null, typed: freshTyped(asked.new, location_id) };
}

function pageOf(parts: Parts, request: Request, caller: Caller, asked: Asked, form: Form | null, errors: Errors = {}) {
  const { control } = parts;
  const { location_id = null, cursor } = asked;
  const seen = locationsOf(caller, location_id);
  const places = seen ?? control.locations().map((location) => location.location_id);
  const all = rulesSeenBy(parts, caller, readyMade(control, places, seen === null)).filter(
    ({ rule }) => location_id === null || rule.location_id === location_id,
  );
  const isReady = ({ rule }: KnownRule): boolean => isReadyMade(rule.rule_id) && !rule.enabled;
  const own = all.filter((known) => !isReady(known));
  const { rows, next_cursor } = pageOfRows(own, ({ rule }) => rule.rule_id, { cursor, limit: PAGE_ROWS });
  const edits = caller.scopes.includes("admin");
  const tries = caller.scopes.includes("export");
  const query = { ...NO_QUERY, path: "/alerts/rules", location_id };
  return rulesPage({
    user: shellUser(parts, request),
    query,
    locations: locationsFor(parts, caller),
    rules: rows.map((known) => rowOf(parts, caller, known)),
    older: next_cursor,
    newer: cursor !== undefined,
    ready: all.filter(isReady).map((known) => rowOf(parts, caller, known)),
    form:
      form && tries
        ? { ...formProps(parts, request, caller, form), errors: form.errors ?? {}, tried: form.tried ?? null }
        : null,
    tries,
    edits,
    done: doneText(request),
    errors: errors.form === undefined ? {} : { form: errors.form },
  });
}

function rowOf(parts: Parts, caller: Caller, { rule, row }: KnownRule): RuleRow {
  const { control } = parts;
  const { rule_id, location_id, name, severity, enabled, channels, kind } = rule;
  const series = parts.alerts.seriesOf(rule_id);
  const every = kind === "system_health" || kind === "delivery_failed" ? "The appliance" : "Every location";
  const editable = caller.scopes.includes("admin") && seesRow(caller)(rule);
  return {
    rule_id,
    name,
    words: ruleWords(rule, kpiOfRule(parts, rule), currencyOf(control, location_id === null ? null : [location_id])),
    location: location_id === null ? every : (control.location(location_id)?.name ?? location_id),
    severity,
    enabled,
    states: STATES.map((state) => ({
      state,
      count: series.filter((one) => one.state.state === state).length,
    })).filter(({ count }) => count > 0),
    channels: channels.length,
    editable,
    removable: editable && row !== null,
  };
}

function formProps(parts: Parts, request: Request, caller: Caller, { kind, editing, typed }: Form) {
  const { control } = parts;
  const locations = locationsFor(parts, caller);
  const custom = [null, ...locations.map(({ location_id }) => location_id)].flatMap((location_id) =>
    definedKpis(control, { location_id, locations: caller.locations }),
  );
  const kpis = [...new Map([...custom, ...KPIS].map((one) => [one.key, one])).values()]
    .filter((one) => kind !== "anomaly" || isSeries(one))
    .filter((one) => kind !== "forecast_misses_target" || addsUp(one))
    .toSorted((one, other) => one.label.localeCompare(other.label, "en"));
  const known = editing === null ? null : ruleSeenBy(parts, caller, editing).rule;
  return {
    csrf: shellUser(parts, request).csrf,
    kind,
    editing,
    typed,
    kpis,
    locations,
    any_location: caller.locations === null,
    channels: control
      .notificationChannels()
      .filter(
        (channel) =>
          seesRow(caller)(channel) && (channel.location_id === null || seesLocation(caller, channel.location_id)),
      ),
    keeps: caller.scopes.includes("admin") && (known === null || seesRow(caller)(known)),
  };
}

function kpiOfRule({ control }: Parts, rule: RuleBody) {
  if (!("kpi" in rule)) return null;
  const { location_id, kpi } = rule;
  return knownKpi(control, { location_id, locations: location_id === null ? null : [location_id] }, kpi);
}

function kindOf(typed: RuleTyped): RuleKind {
  const kind = typed.kind?.[0];
  return isRuleKind(kind) ? kind : "threshold";
}

/** Faults as the form calls its fields. */
function byField(faults: Errors | null): Errors | null {
  return faults && Object.fromEntries(Object.entries(faults).map(([path, detail]) => [fieldOf(path), detail]));
}
