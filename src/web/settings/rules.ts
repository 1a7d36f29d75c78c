/** The pages of commission rules and targets. */
import type { Errors } from "../../../views/parts/settings.ts";
import { rulesPage } from "../../../views/rules.ts";
import { formatInstant } from "../../catalogue/time.ts";
import type { Caller } from "../../control/types.ts";
import { seesRow } from "../access.ts";
import { locationsSeenBy } from "../admin/locations.ts";
import { addRule, DEFAULT_RATE, newRuleSchema, removeRule, rulesSeenBy } from "../admin/rules.ts";
import type { Parts } from "../parts.ts";
import { formOf, htmlResponse, seeOther, textField } from "../request.ts";
import { type Route, route } from "../route.ts";
import { shellUser } from "../shell-user.ts";
import { doneText, faultsOf, minuteText, readForm } from "./form.ts";

interface Typed {
  location_id: string;
  bot_id: string;
  /** In percent. */
  rate: string;
  /** A day. */
  valid_from: string;
}

const FAULTS: Errors = {
  location_id: "Choose a location of the list.",
  bot_id: "Write a bot_id of at most 128 characters.",
  rate: "Write a share from 0 to 100 with at most 4 decimal places, such as 6.5.",
  valid_from: "Choose a day.",
};

/** `/settings/rules`. */
export function rulePages(parts: Parts): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/settings/rules",
      access: "admin",
      tag: "Page",
      summary: "Commission rules.",
      answers: { 200: { description: "The page." } },
      handle: ({ request, caller }) => {
        const valid_from = formatInstant(parts.now()).slice(0, 10);
        return htmlResponse(pageOf(parts, request, caller, { location_id: "", bot_id: "", rate: "", valid_from }, {}));
      },
    }),

    route({
      method: "POST",
      path: "/settings/rules",
      access: "admin",
      tag: "Page",
      summary: "Adds a commission rule.",
      body: "own",
      answers: { 303: { description: "Added." } },
      handle: async ({ request, server, caller }) => {
        const form = await formOf(request);
        const typed: Typed = {
          location_id: textField(form, "location_id"),
          bot_id: textField(form, "bot_id"),
          rate: textField(form, "rate").replace(",", "."),
          valid_from: textField(form, "valid_from"),
        };
        const { data, errors } = readForm(newRuleSchema, askedOf(typed), FAULTS);
        const faults = errors ?? (await faultsOf(() => addRule(parts, { request, server }, data)));
        if (faults) return htmlResponse(pageOf(parts, request, caller, typed, { ...faults, ...known(faults) }), 422);
        return seeOther("/settings/rules?done=added");
      },
    }),

    route({
      method: "POST",
      path: "/settings/rules/:rule_id/removal",
      access: "admin",
      tag: "Page",
      summary: "Removes a commission rule.",
      params: { rule_id: "The rule." },
      body: "own",
      answers: { 303: { description: "Removed." } },
      handle: ({ request, server, caller, params }) => {
        removeRule(parts, { request, server }, caller, params.rule_id);
        return seeOther("/settings/rules?done=removed");
      },
    }),
  ];
}

function pageOf(parts: Parts, request: Request, caller: Caller, typed: Typed, errors: Errors) {
  const locations = locationsSeenBy(parts, caller);
  const nameOf = new Map(locations.map(({ location_id, name }) => [location_id, name]));
  const isOwn = seesRow(caller);
  return rulesPage({
    user: shellUser(parts, request),
    rules: rulesSeenBy(parts, caller).map((rule) => ({
      rule_id: rule.rule_id,
      location: rule.location_id === null ? "Every location" : (nameOf.get(rule.location_id) ?? rule.location_id),
      bot: rule.bot_id ?? "Every bot",
      rate: percent(rule.rate),
      from: minuteText(formatInstant(rule.valid_from)),
      own: isOwn(rule),
    })),
    default_rate: percent(DEFAULT_RATE),
    locations,
    any_location: caller.locations === null,
    typed,
    errors,
    done: doneText(request),
  });
}

function askedOf({ location_id, bot_id, rate, valid_from }: Typed) {
  return {
    location_id: location_id || null,
    bot_id: bot_id || null,
    rate: fraction(rate),
    valid_from: `${valid_from}T00:00:00Z`,
  };
}

/** The form asks in percent; the rule's own sentence speaks of fractions. */
function known(faults: Errors): Errors {
  return faults.rate === undefined ? {} : { rate: FAULTS.rate ?? "" };
}

/** "6.5" to "0.065", by moving the point: no figure that was typed may become another one. */
function fraction(text: string): string {
  const [, whole = "", places = ""] = /^(\d{1,3})(?:\.(\d{0,4}))?$/.exec(text) ?? [];
  if (whole === "") return text === "" ? "" : "wrong";
  const digits = whole.padStart(3, "0");
  const rest = (digits.slice(-2) + places).replace(/0+$/, "");
  const ones = digits.slice(0, -2).replace(/^0+(?=\d)/, "");
  return rest === "" ? ones : `${ones}.${rest}`;
}

/** "0.065" to "6.5%". */
function percent(rate: string): string {
  const [ones = "0", places = ""] = rate.split(".");
  const moved = places.padEnd(2, "0");
  const whole = (ones + moved.slice(0, 2)).replace(/^0+(?=\d)/, "");
  const rest = moved.slice(2).replace(/0+$/, "");
  return `${whole}${rest === "" ? "" : `.${rest}`}%`;
}
