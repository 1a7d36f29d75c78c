/** Dashboards that people make: their API and their pages but those of figures (figures/pages.ts). */
import type { Parts } from "../parts.ts";
import type { Route } from "../route.ts";
import { dashboardRoutes } from "./api.ts";
import { dashboardAddPages } from "./pages/add.ts";
import { dashboardEditPages } from "./pages/edit.ts";
import { dashboardEditForms } from "./pages/edit-changes.ts";
import { dashboardListPages } from "./pages/list.ts";
import { publicPages } from "./pages/public.ts";
import { sharePages } from "./pages/share.ts";

export function dashboardsRoutes(parts: Parts): readonly Route[] {
  return [
    ...dashboardRoutes(parts),
    ...dashboardListPages(parts),
    ...dashboardAddPages(parts),
    ...dashboardEditPages(parts),
    ...dashboardEditForms(parts),
    ...sharePages(parts),
    ...publicPages(parts),
  ];
}
