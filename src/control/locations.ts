import { currencies } from "../catalogue/currencies.ts";
import type { Control } from "./control.ts";
import { type ControlDatabase, remembered } from "./database.ts";
import { ControlError } from "./error.ts";
import type { Location } from "./types.ts";

/** Name of the fact that holds the reporting time zone chosen at setup: new locations start with it. */
export const DEFAULT_TIMEZONE = "default_timezone";

type Locations = Pick<Control, "locations" | "location" | "ensureLocation" | "setLocation" | "removeLocation">;

interface LocationRow extends Omit<Location, "demo"> {
  demo: number;
}

const ID_CHARS_MAX = 64;
const NAME_CHARS_MAX = 120;

/** Locations: the tenants. The first event of an unknown one makes it. */
export function locationsOf(database: ControlDatabase, fact: Control["fact"]): Locations {
  const { sql } = database;
  const all = remembered(database, () => {
    const rows = sql.query<LocationRow, []>("SELECT * FROM locations ORDER BY name, location_id").all();
    const list = rows.map((row): Location => Object.freeze({ ...row, demo: row.demo === 1 }));
    return { list: Object.freeze(list), byId: new Map(list.map((location) => [location.location_id, location])) };
  });
  const insert = sql.query(
    "INSERT OR IGNORE INTO locations VALUES ($location_id, $name, $timezone, $currency, $demo, $created_at)",
  );
  const location = (location_id: string) => all().byId.get(location_id) ?? null;

  return {
    locations: () => all().list,
    location,
    ensureLocation(location_id, given = {}) {
      const known = location(location_id);
      if (known) return known;
      const made: Location = {
        location_id,
        name: given.name ?? location_id,
        timezone: given.timezone ?? fact(DEFAULT_TIMEZONE) ?? "UTC",
        currency: given.currency ?? "USD",
        demo: given.demo ?? false,
        created_at: given.created_at ?? database.now(),
      };
      check(made);
      database.change(() => insert.run({ ...made, demo: made.demo ? 1 : 0 }));
      return location(location_id) ?? made;
    },
    setLocation(location_id, change) {
      const known = location(location_id);
      if (!known) return null;
      const next = { ...known, ...change };
      check(next);
      const { name, timezone, currency } = next;
      database.change(() => {
        sql
          .query(
            "UPDATE locations SET name = $name, timezone = $timezone, currency = $currency WHERE location_id = $location_id",
          )
          .run({ location_id, name, timezone, currency });
      });
      return location(location_id);
    },
    removeLocation(location_id) {
      if (!location(location_id)) return false;
      // Its keys go too: one that stayed would make the location again with its next event.
      database.changeDurably(() => {
        for (const table of ["api_keys", "commission_rules", "targets", "quarantine", "custom_kpis", "locations"]) {
          sql.query(`DELETE FROM ${table} WHERE location_id = $location_id`).run({ location_id });
        }
      });
      return true;
    },
  };
}

/** True for a time zone that this machine knows (IANA). */
export function isTimezone(timezone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: timezone });
    // Offsets ("+02:00") are accepted by Intl, but have no daylight saving and no name to show.
    return /^[A-Za-z]/.test(timezone);
  } catch {
    return false;
  }
}

function check({ location_id, name, timezone, currency }: Location): void {
  if (location_id === "" || location_id.length > ID_CHARS_MAX) {
    throw new ControlError("location_invalid", `Use 1 to ${ID_CHARS_MAX} characters.`, "location_id");
  }
  if (name.trim() === "" || name.length > NAME_CHARS_MAX) {
    throw new ControlError("location_invalid", `Use 1 to ${NAME_CHARS_MAX} characters.`, "name");
  }
  if (!isTimezone(timezone)) {
    throw new ControlError("location_invalid", "Use an IANA name, such as America/Los_Angeles.", "timezone");
  }
  if (!currencies.has(currency)) {
    throw new ControlError("location_invalid", "Use an ISO 4217 code, such as USD.", "currency");
  }
}
