/** The documentation, made from what the program is: /openapi.json, /docs, and the catalogue's events and KPIs. Nothing private is in it. */
import { z } from "zod";
import { apiDocsPage, type OperationProps } from "../../../views/docs/api.ts";
import { type EventEntry, eventDocsPage, type KpiEntry, kpiDocsPage } from "../../../views/docs/catalogue.ts";
import { eventTypes } from "../../catalogue/events.ts";
import { KPIS } from "../../catalogue/kpis.ts";
import type { EventType, Kpi } from "../../catalogue/types.ts";
import { LOCATION_CHANNELS } from "../../report/channels/contents.ts";
import { sessionOf } from "../access.ts";
import { CHANNEL_PATHS } from "../channels/sources.ts";
import type { Parts } from "../parts.ts";
import { htmlResponse } from "../request.ts";
import { type Access, type Route, route } from "../route.ts";
import { shellUser } from "../shell-user.ts";
import { examplesOf, requestOf } from "./examples.ts";
import { type OpenApi, type Operation, openApiOf, operationId, serverUrl } from "./openapi.ts";
import { fieldsOf, typeInWords } from "./words.ts";

/** `routes`: all of them, these included; read at the first question. */
export function docsRoutes(parts: Parts, routes: () => readonly Route[]): readonly Route[] {
  let document: OpenApi | null = null;
  const made = (): OpenApi => {
    document ??= openApiOf(routes(), parts.version.version, serverUrl(parts.settings));
    return document;
  };
  const reader = (request: Request) => (sessionOf(parts, request) ? shellUser(parts, request) : null);
  return [
    route({
      method: "GET",
      path: "/openapi.json",
      access: "public",
      tag: "Operations",
      summary: "This API as an OpenAPI 3.1 document.",
      answers: { 200: { description: "The document.", schema: z.looseObject({ openapi: z.literal("3.1.0") }) } },
      handle: () => Response.json(made(), { headers: { "cache-control": "no-cache" } }),
    }),
    route({
      method: "GET",
      path: "/docs",
      access: "public",
      tag: "Page",
      summary: "The API reference, with a form to try each request.",
      answers: { 200: { description: "A page.", type: "text/html" } },
      handle: ({ request }) =>
        htmlResponse(
          apiDocsPage({ user: reader(request), groups: groupsOf(made(), routes()), channels: channelTable() }),
        ),
    }),
    route({
      method: "GET",
      path: "/docs/events",
      access: "public",
      tag: "Page",
      summary: "The event types.",
      answers: { 200: { description: "A page.", type: "text/html" } },
      handle: ({ request }) => {
        const families = grouped(eventTypes, ({ family }) => family);
        return htmlResponse(
          eventDocsPage({
            user: reader(request),
            families: families.map(([name, events]) => ({ name: capital(name), events: events.map(eventEntry) })),
          }),
        );
      },
    }),
    route({
      method: "GET",
      path: "/docs/kpis",
      access: "public",
      tag: "Page",
      summary: "The KPIs and their definitions.",
      answers: { 200: { description: "A page.", type: "text/html" } },
      handle: ({ request }) => {
        const groups = grouped(KPIS, ({ group }) => group);
        return htmlResponse(
          kpiDocsPage({
            user: reader(request),
            groups: groups.map(([name, kpis]) => ({ name: capital(name), kpis: kpis.map(kpiEntry) })),
          }),
        );
      },
    }),
  ];
}

function channelTable(): { path: string; what: string }[] {
  return CHANNEL_PATHS.map((path) => {
    const name = path.slice("/ws/".length).replace(/\/:location_id$/, "");
    const content = Object.hasOwn(LOCATION_CHANNELS, name) ? LOCATION_CHANNELS[name] : undefined;
    const sections = content?.blocks.flatMap(({ sections: shown }) => Object.keys(shown)) ?? ["system", "checks"];
    const told = [...sections, ...(content?.activity ? ["activity"] : []), ...(content?.alerts ? ["alerts"] : [])];
    return { path: path.replace(/:(\w+)/g, "{$1}"), what: [...new Set(told)].join(", ") };
  });
}

const ACCESS: Readonly<Record<Access, string>> = {
  public: "For everyone.",
  caller: "For everyone who is signed in, and any API key.",
  sender: "With an ingest key in the dialect's own place.",
  person: "For people who are signed in; not for API keys.",
  ingest: "Needs the scope ingest.",
  read: "Needs the scope read (every role has it).",
  export: "Needs the scope export (analysts, admins, owners).",
  admin: "Needs the scope admin (admins, owners).",
};

function groupsOf(document: OpenApi, routes: readonly Route[]) {
  const declared = new Map(routes.map((one) => [operationId(one), one]));
  return document.tags.flatMap(({ name, description }) => {
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(([, { tags }]) => tags.includes(name))
        .map(([method, operation]) =>
          operationProps(method.toUpperCase(), path, operation, declared.get(operation.operationId)),
        ),
    );
    return operations.length === 0 ? [] : [{ name, description, operations }];
  });
}

const answerSchema = z.object({
  description: z.string(),
  content: z.record(z.string(), z.object({ schema: z.record(z.string(), z.unknown()) })).optional(),
});

function operationProps(method: string, path: string, operation: Operation, declared?: Route): OperationProps {
  const { operationId: id, summary, description = "", parameters = [], requestBody, responses } = operation;
  const example = declared?.example ?? {};
  const json = requestBody?.content["application/json"];
  const asked = new URLSearchParams(example.query ?? "");
  const request = declared ? requestOf(declared) : null;
  const shown = request ? examplesOf(request) : null;
  return {
    id,
    method,
    path,
    summary,
    description,
    access: ACCESS[operation["x-access"]],
    parameters: parameters.map(({ name, in: where, required, schema, description: what = "" }) => ({
      name,
      where,
      required,
      type: typeInWords(schema),
      description: what,
      example: (where === "path" ? example.params?.[name] : asked.get(name)) ?? "",
    })),
    body: requestBody === undefined ? null : JSON.stringify(example.body ?? {}, null, 2),
    fields: json ? fieldsOf(json.schema) : [],
    answers: Object.entries(responses).map(([status, answer]) => {
      const { description: what, content = {} } = answerSchema.parse(answer);
      const [first] = Object.values(content);
      return { status, description: what, schema: first ? JSON.stringify(first.schema, null, 2) : null };
    }),
    examples: shown
      ? [
          { language: "curl", label: "curl", text: shown.curl },
          { language: "typescript", label: "TypeScript", text: shown.typescript },
          { language: "python", label: "Python", text: shown.python },
        ]
      : [],
  };
}

function eventEntry({ type, aliases = [], label, description, needs, data, example }: EventType): EventEntry {
  const schema = z.toJSONSchema(data, { io: "input" });
  const fields = fieldsOf(schema).map(({ path, required, type: kind }) => ({ name: path, required, type: kind }));
  return { type, aliases, label, description, needs, fields, example: JSON.stringify(example, null, 2) };
}

function kpiEntry({ key, label, unit, better, target, description, formula, dimensions }: Kpi): KpiEntry {
  const aim = target ? `at ${target.met === "gte" ? "least" : "most"} ${target.value}` : "none";
  return { key, label, unit, better: better ?? "neither", target: aim, description, formula, dimensions };
}

function grouped<T>(rows: readonly T[], by: (row: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const row of rows) groups.set(by(row), [...(groups.get(by(row)) ?? []), row]);
  return [...groups];
}

function capital(name: string): string {
  return name === "crm" ? "CRM" : `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}
