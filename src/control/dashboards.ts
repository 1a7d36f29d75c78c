/** Dashboards that people make, and the public links to them. Who may see and change one is decided in web/dashboards. */
import { z } from "zod";
import { CARDS_VERSION, type DashboardCard, keptCards } from "./dashboard-cards.ts";
import { type ControlDatabase, remembered } from "./database.ts";
import { hashSecret, newSecret } from "./secrets.ts";
import type { Role } from "./types.ts";

export const DASHBOARDS_MAX = 500;
/** Of one dashboard, those that hold. */
export const SHARES_MAX = 50;

export interface Dashboard {
  dashboard_id: string;
  name: string;
  description: string;
  /** A user, or a key. */
  owner_id: string;
  owner_name: string;
  /** Beside its owner and administrators. */
  visible: "private" | "roles" | "everyone";
  /** Where it is visible to roles: which. */
  roles: readonly Role[];
  /** It shows this location alone, and only to those who may see it; null: whatever its reader chooses. */
  location_id: string | null;
  cards: readonly DashboardCard[];
  /** Grows with every change: who changes says which one they saw. */
  revision: number;
  created_at: number;
  updated_at: number;
  updated_by: string;
}

type Written = Pick<Dashboard, "name" | "description" | "visible" | "roles" | "location_id" | "cards">;
export type NewDashboard = Written & Pick<Dashboard, "owner_id" | "owner_name">;
export type DashboardChange = Partial<Written>;

/** A link by which a dashboard is seen without a sign-in. */
export interface DashboardShare {
  share_id: string;
  dashboard_id: string;
  /** Whom it is for, in its maker's words. */
  name: string;
  /** What it shows: never more than these. */
  locations: readonly string[];
  created_by: string;
  created_by_name: string;
  created_at: number;
  expires_at: number;
  last_used_at: number | null;
  revoked_at: number | null;
}

export interface DashboardControl {
  /** By name. */
  dashboards(): readonly Dashboard[];
  dashboard(dashboard_id: string): Dashboard | null;
  /** Null when there are DASHBOARDS_MAX already. */
  addDashboard(given: NewDashboard): Dashboard | null;
  /** "stale" when it was changed since that revision, null when it is gone. */
  setDashboard(
    dashboard_id: string,
    revision: number,
    change: DashboardChange,
    updated_by: string,
  ): Dashboard | "stale" | null;
  removeDashboard(dashboard_id: string): boolean;

  /** Newest first; also those that are over. */
  dashboardShares(dashboard_id: string): readonly DashboardShare[];
  /** The token is shown once; only its SHA-256 is kept. Null when there are SHARES_MAX that hold. */
  addDashboardShare(
    given: Pick<
      DashboardShare,
      "dashboard_id" | "name" | "locations" | "created_by" | "created_by_name" | "expires_at"
    >,
  ): { token: string; share: DashboardShare } | null;
  revokeDashboardShare(share_id: string): boolean;
  /** The link of this token; null for one that is unknown, over or revoked. Its use is noted once a minute. */
  shareOf(token: string, now: number): DashboardShare | null;
}

interface DashboardRow extends Omit<Dashboard, "roles" | "cards"> {
  roles: string;
  cards: string;
}
interface ShareRow extends Omit<DashboardShare, "locations"> {
  locations: string;
}

const NOTED_EVERY_US = 60_000_000;
const rolesShape = z.array(z.enum(["owner", "admin", "analyst", "viewer"]));
const locationsShape = z.array(z.string());

export function dashboardsOf(database: ControlDatabase): DashboardControl {
  const { sql } = database;
  const all = remembered(database, () => {
    const rows = sql.query<DashboardRow, []>("SELECT * FROM dashboards ORDER BY name, dashboard_id").all();
    const list = Object.freeze(rows.map(dashboardFrom));
    return { list, byId: new Map(list.map((one) => [one.dashboard_id, one])) };
  });
  const insert = sql.query(
    `INSERT INTO dashboards VALUES ($dashboard_id, $name, $description, $owner_id, $owner_name, $visible, $roles,
       $location_id, $cards, $revision, $created_at, $updated_at, $updated_by)`,
  );
  // The revision is looked at by the very statement that writes: of two savers at once, one is told.
  const update = sql.query(
    `UPDATE dashboards SET name = $name, description = $description, visible = $visible, roles = $roles,
       location_id = $location_id, cards = $cards, revision = revision + 1, updated_at = $updated_at, updated_by = $updated_by
     WHERE dashboard_id = $dashboard_id AND revision = $revision`,
  );
  const one = (dashboard_id: string): Dashboard | null => all().byId.get(dashboard_id) ?? null;
  return {
    dashboards: () => all().list,
    dashboard: one,
    addDashboard(given) {
      if (all().list.length >= DASHBOARDS_MAX) return null;
      const now = database.now();
      const made: Dashboard = {
        ...given,
        dashboard_id: Bun.randomUUIDv7(),
        revision: 1,
        created_at: now,
        updated_at: now,
        updated_by: given.owner_name,
      };
      database.change(() => insert.run({ ...made, ...writtenOf(made) }));
      return one(made.dashboard_id) ?? made;
    },
    setDashboard(dashboard_id, revision, change, updated_by) {
      const known = one(dashboard_id);
      if (!known) return null;
      const next = { ...known, ...change };
      const { name, description, visible, location_id } = next;
      const row = { name, description, visible, location_id, ...writtenOf(next) };
      const { changes } = database.change(() =>
        update.run({ ...row, dashboard_id, revision, updated_at: database.now(), updated_by }),
      );
      return changes === 0 ? "stale" : one(dashboard_id);
    },
    removeDashboard: (dashboard_id) =>
      database.change(() =>
        sql.query("DELETE FROM dashboards WHERE dashboard_id = $dashboard_id").run({ dashboard_id }),
      ).changes > 0,
    ...sharesOf(database),
  };
}

type Shares = Pick<DashboardControl, "dashboardShares" | "addDashboardShare" | "revokeDashboardShare" | "shareOf">;

function sharesOf(database: ControlDatabase): Shares {
  const { sql } = database;
  const of = sql.query<ShareRow, { dashboard_id: string }>(
    "SELECT * FROM dashboard_shares WHERE dashboard_id = $dashboard_id ORDER BY created_at DESC, share_id DESC",
  );
  const byToken = sql.query<ShareRow, { token_hash: string }>(
    "SELECT * FROM dashboard_shares WHERE token_hash = $token_hash",
  );
  const insert = sql.query(
    `INSERT INTO dashboard_shares VALUES ($share_id, $dashboard_id, $token_hash, $name, $locations, $created_by,
       $created_by_name, $created_at, $expires_at, NULL, NULL)`,
  );
  const holding = sql.query<{ count: number }, { dashboard_id: string; now: number }>(
    `SELECT count(*) AS count FROM dashboard_shares
     WHERE dashboard_id = $dashboard_id AND revoked_at IS NULL AND expires_at > $now`,
  );
  const revoke = sql.query(
    "UPDATE dashboard_shares SET revoked_at = $now WHERE share_id = $share_id AND revoked_at IS NULL",
  );
  const noteUse = sql.query("UPDATE dashboard_shares SET last_used_at = $now WHERE share_id = $share_id");
  return {
    dashboardShares: (dashboard_id) => of.all({ dashboard_id }).map(shareFrom),
    addDashboardShare(given) {
      const now = database.now();
      const { dashboard_id, locations } = given;
      if ((holding.get({ dashboard_id, now })?.count ?? 0) >= SHARES_MAX) return null;
      const token = newSecret();
      const made = { ...given, share_id: Bun.randomUUIDv7(), created_at: now };
      database.changeDurably(() =>
        insert.run({ ...made, token_hash: hashSecret(token), locations: JSON.stringify(locations) }),
      );
      return { token, share: { ...made, last_used_at: null, revoked_at: null } };
    },
    revokeDashboardShare: (share_id) =>
      database.changeDurably(() => revoke.run({ share_id, now: database.now() })).changes > 0,
    shareOf(token, now) {
      const row = byToken.get({ token_hash: hashSecret(token) });
      if (row === null || row.revoked_at !== null || row.expires_at <= now) return null;
      if (now - (row.last_used_at ?? 0) >= NOTED_EVERY_US)
        database.note(() => void noteUse.run({ share_id: row.share_id, now }));
      return shareFrom(row);
    },
  };
}

function writtenOf({ roles, cards }: Pick<Dashboard, "roles" | "cards">): { roles: string; cards: string } {
  return { roles: JSON.stringify(roles), cards: JSON.stringify({ version: CARDS_VERSION, cards }) };
}

function dashboardFrom({ roles, cards, ...row }: DashboardRow): Dashboard {
  return Object.freeze({
    ...row,
    roles: rolesShape.parse(JSON.parse(roles)),
    cards: keptCards.parse(JSON.parse(cards)).cards,
  });
}

function shareFrom({ locations, ...row }: ShareRow): DashboardShare {
  const { share_id, dashboard_id, name, created_by, created_by_name, created_at, expires_at } = row;
  const { last_used_at, revoked_at } = row;
  return {
    share_id,
    dashboard_id,
    name,
    locations: locationsShape.parse(JSON.parse(locations)),
    created_by,
    created_by_name,
    created_at,
    expires_at,
    last_used_at,
    revoked_at,
  };
}
