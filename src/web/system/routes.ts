/** `/system`, and the same by `/api/system`: how the appliance is, what its log says, and the rebuild of its rollups. */
import { systemPage } from "../../../views/system.ts";
import { dataPaths } from "../../config.ts";
import type { Caller } from "../../control/types.ts";
import { rebuildRange } from "../../jobs/aggregation.ts";
import { logTail } from "../../observe/log-tail.ts";
import { requireCaller } from "../access.ts";
import { audited } from "../audit.ts";
import { started } from "../bi/jobs.ts";
import { Problem } from "../errors.ts";
import type { Parts } from "../parts.ts";
import { htmlResponse, seeOther } from "../request.ts";
import { type Route, route } from "../route.ts";
import { shellUser } from "../shell-user.ts";
import { administersAll, systemAsked, systemProps } from "./moving.ts";
import { logsQuery, logsShape, systemShape } from "./shapes.ts";
import { systemState } from "./state.ts";

const DONE: Readonly<Record<string, string>> = {
  rebuild: "The rebuild is queued: it shows below how far it is, and everything else goes on.",
};

export function systemRoutes(parts: Parts): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/system",
      access: "read",
      tag: "Page",
      summary: "How the appliance itself is.",
      query: "own",
      answers: { 200: { description: "The page.", type: "text/html" } },
      handle: async ({ request, caller }) => {
        const asked = systemAsked(caller, request);
        const view = new URLSearchParams({ view: "system" });
        if (asked.logs) for (const [name, value] of Object.entries(asked.logs)) view.set(name, String(value));
        const done = new URL(request.url).searchParams.get("done");
        return htmlResponse(
          systemPage({
            ...(await systemProps(parts, asked)),
            user: shellUser(parts, request),
            live: { socket: `/live?${view}`, fragments: `/fragments?${view}` },
            done: done !== null && Object.hasOwn(DONE, done) ? (DONE[done] ?? null) : null,
          }),
        );
      },
    }),

    route({
      method: "POST",
      path: "/system/rebuild",
      access: "admin",
      tag: "Page",
      summary: "Rebuilds all rollups from the raw events, in the background.",
      body: "own",
      answers: { 303: { description: "To the page, where it shows how far it is." } },
      handle: ({ request, server }) => {
        const caller = needAll(requireCaller(parts, request, "admin"));
        const range = { from: null, to: null, location_id: null };
        started(parts, caller, {
          kind: "aggregation",
          location_id: null,
          by: { kind: caller.kind, id: caller.id },
          run: (progress, signal) => rebuildRange(parts, range, progress, signal),
        });
        audited(parts, { request, server }, "aggregation_triggered", { details: { from: null, to: null } });
        return seeOther("/system?done=rebuild");
      },
    }),

    route({
      method: "GET",
      path: "/api/system",
      access: "read",
      tag: "Operations",
      summary: "Ingest, store, sockets, cache, jobs, health: how the appliance is.",
      description:
        "Figures are for those who see all locations, as they are of the whole appliance; others get statuses.",
      answers: { 200: { description: "How it is.", schema: systemShape } },
      handle: ({ caller }) => systemState(parts, caller.locations === null),
    }),

    route({
      method: "GET",
      path: "/api/system/logs",
      access: "admin",
      tag: "Operations",
      summary: "The last lines of the log file, newest first.",
      description: "For those who administer all locations. It holds no body, value, token, key or name of a contact.",
      query: logsQuery,
      answers: { 200: { description: "Lines.", schema: logsShape } },
      handle: async ({ caller, query }) => {
        needAll(caller);
        const tail = await logTail(dataPaths(parts.settings.data).logs, query);
        return { written: tail !== null, partial: tail?.partial ?? false, lines: tail?.lines ?? [] };
      },
    }),
  ];
}

/** Throws Problem 403. */
function needAll(caller: Caller): Caller {
  if (administersAll(caller)) return caller;
  const detail = "This is about the whole appliance; you administer some of its locations.";
  throw new Problem({ status: 403, title: "Not allowed", detail });
}
