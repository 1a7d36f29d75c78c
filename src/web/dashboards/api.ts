/** `/api/dashboards`: what people put together from cards, and the links to it. */
import { z } from "zod";
import type { Parts } from "../parts.ts";
import { type Route, route } from "../route.ts";
import { shareUrl } from "./address.ts";
import {
  addDashboard,
  addShare,
  changeDashboard,
  duplicateDashboard,
  removeDashboard,
  revokeShare,
} from "./changes.ts";
import { ownDashboard, seenDashboard, seesDashboard } from "./rights.ts";
import {
  dashboardChange,
  dashboardJson,
  dashboardShape,
  newDashboard,
  newShare,
  newShareShape,
  seesShare,
  shareJson,
  shareShape,
  summaryJson,
  summaryShape,
} from "./shapes.ts";

const ID = { id: "The dashboard." };
const EXAMPLE = {
  name: "Morning",
  cards: [
    { kind: "kpi", id: "revenue", kpi: "revenue", x: 0, y: 0, w: 3, h: 2 },
    { kind: "chart", id: "byday", kpi: "leads", chart: "line", timeframe: "90d", x: 0, y: 2, w: 8, h: 4 },
  ],
};

export function dashboardRoutes(parts: Parts): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/api/dashboards",
      access: "read",
      tag: "Dashboards",
      summary: "The dashboards that you may see.",
      answers: {
        200: { description: "By name.", schema: z.strictObject({ dashboards: z.array(summaryShape) }) },
      },
      handle: ({ caller }) => ({
        dashboards: parts.control
          .dashboards()
          .filter((one) => seesDashboard(parts, caller, one))
          .map((one) => summaryJson(parts, caller, one)),
      }),
    }),

    route({
      method: "POST",
      path: "/api/dashboards",
      access: "export",
      tag: "Dashboards",
      summary: "Makes a dashboard.",
      description:
        "Cards stand on twelve columns, none over another; each has an id of its own. A card's timeframe and filters override " +
        "those of the page. It is yours to change, and administrators'.",
      body: newDashboard,
      example: { body: EXAMPLE },
      answers: { 201: { description: "It is made.", schema: dashboardShape } },
      handle: ({ request, server, caller, body }) =>
        Response.json(dashboardJson(parts, caller, addDashboard(parts, { request, server, caller }, body)), {
          status: 201,
        }),
    }),

    route({
      method: "GET",
      path: "/api/dashboards/:id",
      access: "read",
      tag: "Dashboards",
      summary: "A dashboard with its cards.",
      params: ID,
      answers: { 200: { description: "A card that you may not see is a sentence.", schema: dashboardShape } },
      handle: ({ caller, params }) => dashboardJson(parts, caller, seenDashboard(parts, caller, params.id)),
    }),

    route({
      method: "PATCH",
      path: "/api/dashboards/:id",
      access: "export",
      tag: "Dashboards",
      summary: "Changes a dashboard: what is left out stays.",
      description: "409 when somebody changed it since the revision that you name.",
      params: ID,
      body: dashboardChange,
      example: { body: { revision: 1, name: "Every morning" } },
      answers: { 200: { description: "As it is now.", schema: dashboardShape } },
      handle: ({ request, server, caller, params, body }) =>
        dashboardJson(parts, caller, changeDashboard(parts, { request, server, caller }, params.id, body)),
    }),

    route({
      method: "DELETE",
      path: "/api/dashboards/:id",
      access: "export",
      tag: "Dashboards",
      summary: "Deletes a dashboard and its links.",
      params: ID,
      answers: { 204: { description: "It is gone." } },
      handle: ({ request, server, caller, params }) => {
        removeDashboard(parts, { request, server, caller }, params.id);
        return new Response(null, { status: 204 });
      },
    }),

    route({
      method: "POST",
      path: "/api/dashboards/:id/duplicate",
      access: "export",
      tag: "Dashboards",
      summary: "Makes a copy of your own.",
      params: ID,
      answers: { 201: { description: "The copy.", schema: dashboardShape } },
      handle: ({ request, server, caller, params }) =>
        Response.json(dashboardJson(parts, caller, duplicateDashboard(parts, { request, server, caller }, params.id)), {
          status: 201,
        }),
    }),

    route({
      method: "GET",
      path: "/api/dashboards/:id/shares",
      access: "export",
      tag: "Dashboards",
      summary: "The public links of a dashboard.",
      params: ID,
      answers: {
        200: {
          description: "Newest first; also those that are over.",
          schema: z.strictObject({ shares: z.array(shareShape) }),
        },
      },
      handle: ({ caller, params }) => {
        const { dashboard_id } = ownDashboard(parts, caller, params.id);
        const shares = parts.control.dashboardShares(dashboard_id).filter(seesShare(caller));
        return { shares: shares.map((share) => shareJson(share, parts.now())) };
      },
    }),

    route({
      method: "POST",
      path: "/api/dashboards/:id/shares",
      access: "export",
      tag: "Dashboards",
      summary: "Makes a public link: whoever has it sees the dashboard without signing in.",
      description:
        "It shows the named locations alone, what is personal masked, until it is over or revoked. People make links, no keys. " +
        "The address is in this answer and nowhere else: only its SHA-256 is kept.",
      params: ID,
      body: newShare,
      example: { body: { name: "Office television", locations: ["main"], lasts: "90d" } },
      answers: { 201: { description: "The link.", schema: newShareShape } },
      handle: ({ request, server, caller, params, body }) => {
        const { token, share } = addShare(parts, { request, server, caller }, params.id, body);
        const url = shareUrl(parts, request, token);
        return Response.json({ ...shareJson(share, parts.now()), token, url }, { status: 201 });
      },
    }),

    route({
      method: "DELETE",
      path: "/api/dashboards/:id/shares/:share_id",
      access: "export",
      tag: "Dashboards",
      summary: "Revokes a public link: it ends at once.",
      params: { ...ID, share_id: "The link." },
      answers: { 204: { description: "It no longer holds." } },
      handle: ({ request, server, caller, params }) => {
        revokeShare(parts, { request, server, caller }, params.id, params.share_id);
        return new Response(null, { status: 204 });
      },
    }),
  ];
}
