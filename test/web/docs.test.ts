/** The documentation is made from the routes; it must be valid, whole and readable by anyone. */
import { afterAll, expect, test } from "bun:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { z } from "zod";
import { eventTypes } from "../../src/catalogue/events.ts";
import { KPIS } from "../../src/catalogue/kpis.ts";
import { allRoutes } from "../../src/web/app.ts";
import { world } from "./access_world.ts";

const w = world();
afterAll(() => w.control.close());

const document = z.looseObject({ paths: z.record(z.string(), z.record(z.string(), z.looseObject({}))) });

test("the OpenAPI document is valid, and open to everyone", async () => {
  const response = await w.send("/openapi.json");
  expect(response.status).toBe(200);
  expect(await new Validator().validate(document.parse(await response.json()))).toMatchObject({ valid: true });
});

test("every route that is no page is in it, with answers that say what they are", async () => {
  const { paths } = document.parse(await (await w.send("/openapi.json")).json());
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const declared = allRoutes(w.parts).filter(({ tag }) => tag !== "Page");
  expect(described.toSorted()).toEqual(
    declared.map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, "{$1}")}`).toSorted(),
  );
  const vague = declared.filter(({ answers }) =>
    Object.entries(answers).some(([status, { schema, type }]) => !schema && !type && status !== "204"),
  );
  expect(vague.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
});

test("every operation has a name of its own", () => {
  const paths = allRoutes(w.parts).map(({ method, path }) => `${method} ${path}`);
  expect(new Set(paths).size).toBe(paths.length);
});

test("the pages name every operation, event type and KPI, for readers who have not signed in too", async () => {
  const page = async (path: string) => {
    const response = await w.send(path, { headers: { accept: "text/html" } });
    expect(response.status).toBe(200);
    return response.text();
  };
  const api = await page("/docs");
  const declared = allRoutes(w.parts).filter(({ tag }) => tag !== "Page");
  expect(declared.filter(({ path }) => !api.includes(path.replace(/:(\w+)/g, "{$1}")))).toEqual([]);
  const events = await page("/docs/events");
  expect(eventTypes.filter(({ type }) => !events.includes(`id="${type}"`))).toEqual([]);
  const kpis = await page("/docs/kpis");
  expect(KPIS.filter(({ key }) => !kpis.includes(`id="${key}"`))).toEqual([]);
  expect(`${api}${events}${kpis}`).not.toMatch(/(src|href)="https?:\/\/(?!localhost)/);
});
