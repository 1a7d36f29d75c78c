/** Taking the demo away by one click. */
import { DEMO_LOCATION, removeDemo } from "../jobs/demo/demo.ts";
import { requireUser } from "./access.ts";
import { audited } from "./audit.ts";
import { Problem } from "./errors.ts";
import type { Parts } from "./parts.ts";
import { type Route, route } from "./route.ts";

/** `POST /demo/removal`: removes the demo's location with everything in it; owners and admins only. */
export function demoRoutes(parts: Parts): readonly Route[] {
  return [
    route({
      method: "POST",
      path: "/demo/removal",
      access: "person",
      tag: "Page",
      summary: "Removes the demo.",
      body: "own",
      answers: { 303: { description: "To the overview." } },
      handle: async ({ request, server }) => {
        const { user } = requireUser(parts, request);
        if (user.role !== "owner" && user.role !== "admin") {
          throw new Problem({ status: 403, title: "Not allowed", detail: "An owner or admin can remove the demo." });
        }
        if (parts.control.location(DEMO_LOCATION) !== null) {
          await removeDemo(parts);
          audited(parts, { request, server }, "demo_removed", { location_id: DEMO_LOCATION });
        }
        return new Response(null, { status: 303, headers: { location: "/" } });
      },
    }),
  ];
}
