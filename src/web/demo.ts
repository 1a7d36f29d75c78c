/** Taking the demo away by one click. */
import { Elysia } from "elysia";
import { DEMO_LOCATION, removeDemo } from "../jobs/demo/demo.ts";
import { requireUser } from "./access.ts";
import { Problem } from "./errors.ts";
import type { Parts } from "./parts.ts";

/** `POST /demo/removal`: removes the demo's location with everything in it; owners and admins only. */
export function demoRoutes(parts: Parts) {
  return new Elysia({ name: "demo" }).post("/demo/removal", async ({ request }) => {
    const { user } = requireUser(parts, request);
    if (user.role !== "owner" && user.role !== "admin") {
      throw new Problem({ status: 403, title: "Not allowed", detail: "An owner or admin can remove the demo." });
    }
    if (parts.control.location(DEMO_LOCATION) !== null) await removeDemo(parts);
    return new Response(null, { status: 303, headers: { location: "/" } });
  });
}
