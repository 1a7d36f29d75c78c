/** What is sent and answered about dashboards. */
import { z } from "zod";
import { formatInstant } from "../../catalogue/time.ts";
import { cardSchema, cardsSchema } from "../../control/dashboard-cards.ts";
import type { Dashboard, DashboardShare } from "../../control/dashboards.ts";
import type { Caller } from "../../control/types.ts";
import { maskedText } from "../../report/personal.ts";
import { seesLocation } from "../access.ts";
import { instantShape } from "../bi/shapes.ts";
import type { Parts } from "../parts.ts";
import { mayChange, readerOf, toldCards } from "./rights.ts";

export const NAME_CHARS_MAX = 80;
const roleShape = z.enum(["owner", "admin", "analyst", "viewer"]);

const fields = {
  name: z.string().trim().min(1, "Give it a name.").max(NAME_CHARS_MAX),
  description: z.string().trim().max(300),
  visible: z.enum(["private", "roles", "everyone"]).describe("Beside you and administrators."),
  roles: z.array(roleShape).max(4).describe("With visible roles: which."),
  location_id: z
    .string()
    .min(1)
    .max(64)
    .nullable()
    .describe("It shows this location alone; null: what its reader chooses."),
  cards: cardsSchema,
} as const;

export const newDashboard = z.strictObject({
  ...fields,
  description: fields.description.default(""),
  visible: fields.visible.default("private"),
  roles: fields.roles.default([]),
  location_id: fields.location_id.default(null),
  cards: fields.cards.default([]),
});

export const dashboardChange = z.strictObject({
  revision: z.int().min(1).describe("The one that you saw: 409 when it was changed since."),
  ...z.strictObject(fields).partial().shape,
});

/** Seconds that a link may hold. */
export const LASTS: Readonly<Record<string, { label: string; hours: number }>> = {
  "1h": { label: "1 hour", hours: 1 },
  "24h": { label: "1 day", hours: 24 },
  "7d": { label: "7 days", hours: 7 * 24 },
  "30d": { label: "30 days", hours: 30 * 24 },
  "90d": { label: "90 days", hours: 90 * 24 },
  "1y": { label: "1 year", hours: 365 * 24 },
};

export const newShare = z.strictObject({
  name: z.string().trim().max(NAME_CHARS_MAX).default("").describe("Whom it is for."),
  locations: z
    .array(z.string().min(1).max(64))
    .min(1, "Choose at least one location.")
    .max(50)
    .describe("What it shows, of those that you may see: never more than these."),
  lasts: z.enum(["1h", "24h", "7d", "30d", "90d", "1y"]).describe("How long it holds."),
});

const summaryFields = {
  dashboard_id: z.string(),
  name: z.string(),
  description: z.string(),
  owner: z.string(),
  visible: fields.visible,
  roles: fields.roles,
  location_id: z.string().nullable(),
  revision: z.int(),
  created_at: instantShape,
  updated_at: instantShape,
  updated_by: z.string(),
  changeable: z.boolean().describe("You may change it."),
} as const;

export const summaryShape = z.strictObject({ ...summaryFields, cards: z.int().describe("How many.") });
export const dashboardShape = z.strictObject({ ...summaryFields, cards: z.array(cardSchema) });
export const shareShape = z.strictObject({
  share_id: z.string(),
  name: z.string(),
  locations: z.array(z.string()),
  created_by: z.string(),
  created_at: instantShape,
  expires_at: instantShape,
  last_used_at: instantShape.nullable(),
  state: z.enum(["holds", "expired", "revoked"]),
});
export const newShareShape = shareShape.extend({
  url: z.string().describe("Shown this once."),
  token: z.string(),
});

export function summaryJson(parts: Parts, caller: Caller, dashboard: Dashboard): z.input<typeof summaryShape> {
  return { ...commonJson(parts, caller, dashboard), cards: dashboard.cards.length };
}

/** Who may change it is given all of it: what they do not see they would take away. */
export function dashboardJson(parts: Parts, caller: Caller, dashboard: Dashboard): z.input<typeof dashboardShape> {
  const common = commonJson(parts, caller, dashboard);
  const cards = common.changeable ? dashboard.cards : toldCards(dashboard.cards, readerOf(caller));
  return { ...common, cards: [...cards] };
}

export function shareJson(share: DashboardShare, now: number): z.output<typeof shareShape> {
  const { share_id, name, locations, created_by_name, created_at, expires_at, last_used_at } = share;
  return {
    share_id,
    name,
    locations: [...locations],
    created_by: created_by_name,
    created_at: formatInstant(created_at),
    expires_at: formatInstant(expires_at),
    last_used_at: last_used_at === null ? null : formatInstant(last_used_at),
    state: stateOf(share, now),
  };
}

export function stateOf({ revoked_at, expires_at }: DashboardShare, now: number): "holds" | "expired" | "revoked" {
  if (revoked_at !== null) return "revoked";
  return expires_at <= now ? "expired" : "holds";
}

/** Links that tell nothing of a location which the caller may not see. */
export function seesShare(caller: Caller): (share: DashboardShare) => boolean {
  return ({ locations }) => locations.every((location_id) => seesLocation(caller, location_id));
}

function commonJson(parts: Parts, caller: Caller, dashboard: Dashboard) {
  const { dashboard_id, name, description, owner_name, visible, roles, location_id, revision } = dashboard;
  const shown = readerOf(caller).personal ? (text: string): string => text : maskedText;
  return {
    dashboard_id,
    name: shown(name),
    description: shown(description),
    owner: owner_name,
    visible,
    roles: [...roles],
    location_id,
    revision,
    created_at: formatInstant(dashboard.created_at),
    updated_at: formatInstant(dashboard.updated_at),
    updated_by: dashboard.updated_by,
    changeable: mayChange(parts, caller, dashboard),
  };
}
