/** A dashboard and a link of another location, for what one location may not know of another. */
import type { Control } from "../../src/control/control.ts";

export function foreignDashboards(
  control: Control,
  location_id: string,
  user_id: string,
  mark: string,
): Readonly<Record<string, string>> {
  const dashboard = control.addDashboard({
    name: mark,
    description: mark,
    owner_id: user_id,
    owner_name: mark,
    visible: "everyone",
    roles: [],
    location_id,
    cards: [{ kind: "text", id: mark, title: mark, text: mark, x: 0, y: 0, w: 3, h: 2 }],
  });
  const dashboard_id = dashboard?.dashboard_id ?? "";
  // Locked to no location, but of somebody who sees that one alone.
  control.addDashboard({
    name: `${mark} open`,
    description: "",
    owner_id: user_id,
    owner_name: mark,
    visible: "everyone",
    roles: [],
    location_id: null,
    cards: [],
  });
  const link = { dashboard_id, name: mark, locations: [location_id], created_by: user_id, created_by_name: mark };
  const made = control.addDashboardShare({ ...link, expires_at: Number.MAX_SAFE_INTEGER });
  return {
    "/dashboards/:id": dashboard_id,
    "/api/dashboards/:id": dashboard_id,
    share_id: made?.share.share_id ?? "",
    card_id: mark,
  };
}
