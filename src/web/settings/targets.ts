/** The page of targets. */
import type { Errors } from "../../../views/parts/settings.ts";
import { targetsPage } from "../../../views/targets.ts";
import { KPIS } from "../../catalogue/kpis.ts";
import type { Caller } from "../../control/types.ts";
import { definedKpis } from "../../report/custom-kpis.ts";
import { locationsSeenBy } from "../admin/locations.ts";
import { removeTarget, setTarget, targetSchema, targetsSeenBy } from "../admin/targets.ts";
import type { Parts } from "../parts.ts";
import { formOf, htmlResponse, seeOther, textField } from "../request.ts";
import { type Route, route } from "../route.ts";
import { shellUser } from "../shell-user.ts";
import { doneText, faultsOf, readForm } from "./form.ts";

interface Typed {
  kpi: string;
  location_id: string;
  value: string;
}

const FAULTS: Errors = {
  kpi: "Choose a figure of the list.",
  location_id: "Choose a location of the list.",
  value: "Write a number with at most 6 decimal places, such as 250000 or 0.04.",
};

/** `/settings/targets`. */
export function targetPages(parts: Parts): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/settings/targets",
      access: "admin",
      tag: "Page",
      summary: "Targets.",
      answers: { 200: { description: "The page." } },
      handle: ({ request, caller }) =>
        htmlResponse(pageOf(parts, request, caller, { kpi: "revenue", location_id: "", value: "" }, {})),
    }),

    route({
      method: "POST",
      path: "/settings/targets",
      access: "admin",
      tag: "Page",
      summary: "Sets a target.",
      body: "own",
      answers: { 303: { description: "Set." } },
      handle: async ({ request, server, caller }) => {
        const typed = typedIn(await formOf(request));
        const { data, errors } = readForm(targetSchema, { ...typed, value: typed.value.replace(",", ".") }, FAULTS);
        const faults = errors ?? (await faultsOf(() => setTarget(parts, { request, server }, data)));
        if (faults) return htmlResponse(pageOf(parts, request, caller, typed, faults), 422);
        return seeOther("/settings/targets?done=saved");
      },
    }),

    route({
      method: "POST",
      path: "/settings/targets/removal",
      access: "admin",
      tag: "Page",
      summary: "Removes a target.",
      body: "own",
      answers: { 303: { description: "Removed." } },
      handle: async ({ request, server }) => {
        const { kpi, location_id } = typedIn(await formOf(request));
        removeTarget(parts, { request, server }, { kpi, location_id });
        return seeOther("/settings/targets?done=removed");
      },
    }),
  ];
}

function pageOf(parts: Parts, request: Request, caller: Caller, typed: Typed, errors: Errors) {
  const locations = locationsSeenBy(parts, caller);
  const nameOf = new Map(locations.map(({ location_id, name }) => [location_id, name]));
  const defined = [
    definedKpis(parts.control, { location_id: null, locations: null }),
    ...locations.map(({ location_id }) => definedKpis(parts.control, { location_id, locations: null })),
  ].flat();
  const kpis = [...new Map([...defined, ...KPIS].map((kpi) => [kpi.key, kpi])).values()].toSorted((one, other) =>
    one.label.localeCompare(other.label, "en"),
  );
  return targetsPage({
    user: shellUser(parts, request),
    targets: targetsSeenBy(parts, caller).map(({ kpi, location_id, value }) => {
      const known = kpis.find(({ key }) => key === kpi);
      const location = nameOf.get(location_id) ?? location_id;
      return { kpi, location_id, location, value, label: known?.label ?? kpi, unit: known?.unit ?? "" };
    }),
    kpis,
    locations,
    typed,
    errors,
    done: doneText(request),
  });
}

function typedIn(form: URLSearchParams): Typed {
  return {
    kpi: textField(form, "kpi"),
    location_id: textField(form, "location_id"),
    value: textField(form, "value"),
  };
}
