/** The pages of locations. */
import { type LocationRow, type LocationTyped, locationPage, locationsPage } from "../../../views/locations.ts";
import type { Errors } from "../../../views/parts/settings.ts";
import { formatInstant } from "../../catalogue/time.ts";
import { DEFAULT_TIMEZONE } from "../../control/control.ts";
import type { Caller, Location } from "../../control/types.ts";
import {
  addLocation,
  changeLocation,
  locationChangeSchema,
  locationsSeenBy,
  newLocationSchema,
  removeLocation,
} from "../admin/locations.ts";
import { Problem } from "../errors.ts";
import type { Parts } from "../parts.ts";
import { formOf, htmlResponse, seeOther, textField, timezones } from "../request.ts";
import { type Route, route } from "../route.ts";
import { shellUser } from "../shell-user.ts";
import { doneText, faultsOf, readForm } from "./form.ts";

const LOCATION_ID = { location_id: "The location." };
const FAULTS: Errors = {
  location_id: "Write an id of at most 64 characters.",
  name: "Write a name of at most 120 characters.",
  timezone: "Choose a time zone of the list.",
  currency: "Use an ISO 4217 code, such as USD.",
};

/** `/settings/locations`. */
export function locationPages(parts: Parts): readonly Route[] {
  const { control } = parts;
  const blank = (): LocationTyped => ({
    location_id: "",
    name: "",
    timezone: control.fact(DEFAULT_TIMEZONE) ?? "UTC",
    currency: "USD",
  });
  return [
    route({
      method: "GET",
      path: "/settings/locations",
      access: "admin",
      tag: "Page",
      summary: "Locations.",
      answers: { 200: { description: "The page." } },
      handle: ({ request, caller }) => htmlResponse(listPage(parts, request, caller, blank(), {})),
    }),

    route({
      method: "POST",
      path: "/settings/locations",
      access: "admin",
      tag: "Page",
      summary: "Makes a location.",
      body: "own",
      answers: { 303: { description: "Made." } },
      handle: async ({ request, server, caller }) => {
        const form = await formOf(request);
        const typed = { ...typedIn(form), location_id: textField(form, "location_id") };
        const { data, errors } = readForm(
          newLocationSchema,
          { ...named(typed), location_id: typed.location_id },
          FAULTS,
        );
        const faults = errors ?? (await faultsOf(() => addLocation(parts, { request, server }, data)));
        if (faults) return htmlResponse(listPage(parts, request, caller, typed, faults), 422);
        return seeOther("/settings/locations?done=added");
      },
    }),

    route({
      method: "GET",
      path: "/settings/locations/:location_id",
      access: "admin",
      tag: "Page",
      summary: "One location.",
      params: LOCATION_ID,
      answers: { 200: { description: "The page." } },
      handle: ({ request, caller, params }) => {
        const location = seen(parts, caller, params.location_id);
        return htmlResponse(onePage(parts, request, caller, location, location, {}));
      },
    }),

    route({
      method: "POST",
      path: "/settings/locations/:location_id",
      access: "admin",
      tag: "Page",
      summary: "Changes a location.",
      params: LOCATION_ID,
      body: "own",
      answers: { 303: { description: "Changed." } },
      handle: async ({ request, server, caller, params }) => {
        const location = seen(parts, caller, params.location_id);
        const typed = { ...typedIn(await formOf(request)), location_id: location.location_id };
        const { name, timezone, currency } = typed;
        const { data, errors } = readForm(locationChangeSchema, { name, timezone, currency }, FAULTS);
        const faults =
          errors ?? (await faultsOf(() => changeLocation(parts, { request, server }, location.location_id, data)));
        if (faults) return htmlResponse(onePage(parts, request, caller, location, typed, faults), 422);
        return seeOther("/settings/locations?done=saved");
      },
    }),

    route({
      method: "POST",
      path: "/settings/locations/:location_id/removal",
      access: "admin",
      tag: "Page",
      summary: "Removes a location with everything in it.",
      params: LOCATION_ID,
      body: "own",
      answers: { 303: { description: "Removed." } },
      handle: async ({ request, server, caller, params }) => {
        const location = seen(parts, caller, params.location_id);
        const confirm = textField(await formOf(request), "confirm");
        const faults = await faultsOf(() => removeLocation(parts, { request, server }, location.location_id, confirm));
        if (faults) return htmlResponse(onePage(parts, request, caller, location, location, faults), 422);
        return seeOther("/settings/locations?done=removed");
      },
    }),
  ];
}

function listPage(parts: Parts, request: Request, caller: Caller, typed: LocationTyped, errors: Errors) {
  return locationsPage({
    user: shellUser(parts, request),
    locations: locationsSeenBy(parts, caller).map(rowOf),
    may_add: caller.locations === null,
    timezones: timezones(),
    typed,
    errors,
    done: doneText(request),
  });
}

function onePage(
  parts: Parts,
  request: Request,
  caller: Caller,
  location: Location,
  { location_id, name, timezone, currency }: LocationTyped,
  errors: Errors,
) {
  return locationPage({
    user: shellUser(parts, request),
    shown: rowOf(location),
    may_remove: caller.locations === null,
    timezones: timezones(),
    typed: { location_id, name, timezone, currency },
    errors,
    done: doneText(request),
  });
}

/** Throws Problem 404 for what is not there and for what is not theirs, alike. */
function seen(parts: Parts, caller: Caller, location_id: string): Location {
  const location = locationsSeenBy(parts, caller).find((one) => one.location_id === location_id);
  if (location) return location;
  throw new Problem({ status: 404, title: "Not found", detail: "There is no such location." });
}

function typedIn(form: URLSearchParams): Omit<LocationTyped, "location_id"> {
  return {
    name: textField(form, "name"),
    timezone: textField(form, "timezone"),
    currency: textField(form, "currency").toUpperCase(),
  };
}

/** An empty name is none: the id stands in for it. */
function named({ name, timezone, currency }: Omit<LocationTyped, "location_id">) {
  return { timezone, currency, ...(name === "" ? {} : { name }) };
}

function rowOf({ created_at, ...location }: Location): LocationRow {
  return { ...location, created: formatInstant(created_at).slice(0, 10) };
}
