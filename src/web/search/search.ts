/** `/api/search`, and the page of the same for browsers without script. */
import { z } from "zod";
import { searchPage } from "../../../views/search.ts";
import type { Parts } from "../parts.ts";
import { htmlResponse } from "../request.ts";
import { type Route, route } from "../route.ts";
import { shellUser } from "../shell-user.ts";
import { find, KINDS } from "./find.ts";

const TYPED_CHARS_MAX = 100;

const foundShape = z.strictObject({
  query: z.string(),
  results: z.array(
    z.strictObject({
      kind: z.enum(KINDS),
      label: z.string(),
      detail: z.string().describe("What it is."),
      href: z.string().describe("The address of its page."),
    }),
  ),
  complete: z.boolean().describe("False: the database was too busy to look for bots and contacts as well."),
});

export function searchRoutes(parts: Parts): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/api/search",
      access: "read",
      tag: "BI",
      summary: "Pages, KPIs, bots, contacts, dashboards, presets and alert rules by a part of their name.",
      description: "Contacts are found by those who may see what is personal, among those of the last 90 days.",
      query: z.strictObject({
        q: z.string().trim().max(TYPED_CHARS_MAX).default("").describe("Left out: pages and presets."),
      }),
      example: { query: "q=revenue" },
      answers: { 200: { description: "The best first, 20 at most.", schema: foundShape } },
      handle: async ({ request, caller, query: { q } }) => ({
        query: q,
        ...(await find(parts, caller, q, request.signal)),
      }),
    }),

    route({
      method: "GET",
      path: "/search",
      access: "person",
      tag: "Page",
      summary: "Search.",
      query: "own",
      answers: { 200: { description: "The page.", type: "text/html" } },
      handle: async ({ request, caller }) => {
        const q = (new URL(request.url).searchParams.get("q") ?? "").trim().slice(0, TYPED_CHARS_MAX);
        const { results, complete } = await find(parts, caller, q, request.signal);
        return htmlResponse(searchPage({ user: shellUser(parts, request), q, results, complete }));
      },
    }),
  ];
}
