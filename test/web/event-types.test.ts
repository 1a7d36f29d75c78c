import { afterAll, beforeAll, expect, test } from "bun:test";
import { z } from "zod";
import { eventTypes } from "../../src/catalogue/events.ts";
import { type World, world } from "./access_world.ts";

const answer = z.object({
  event: z.looseObject({ required: z.array(z.string()) }),
  event_types: z.array(z.looseObject({ type: z.string() })),
});

let w: World;
beforeAll(() => {
  w = world();
});
afterAll(() => w.control.close());

test("the catalogue is there for any key, with schemas and examples", async () => {
  const { key } = w.control.addKey({ name: "bot", scopes: ["ingest"], location_id: null });
  const headers = { authorization: `Bearer ${key}` };
  const response = await w.send("/v1/event-types", { headers });
  expect(response.status).toBe(200);
  const { event, event_types } = answer.parse(await response.json());
  expect(event.required).toEqual(["type"]);
  expect(event_types.map(({ type }) => type)).toEqual(eventTypes.map(({ type }) => type));
  const scored = event_types.find(({ type }) => type === "lead_scored");
  expect(scored).toMatchObject({
    family: "leads",
    aliases: [],
    needs: [],
    schema: { required: ["score"], properties: { score: { type: "number", minimum: 0, maximum: 100 } } },
    example: { type: "lead_scored", data: { score: 82 } },
  });
});

test("nobody gets it without a key or a session", async () => {
  const response = await w.send("/v1/event-types");
  expect(response.ok).toBe(false);
});
