import { describe, expect, test } from "bun:test";
import { RULE_KINDS, type RuleBody, rulesSchema } from "../../../src/alerts/rule.ts";
import { fieldOf, freshTyped, readTyped, typedIn, typedOf } from "../../../src/web/alerts/pages/rule-typed.ts";
import { RULE_FORMS } from "../../../views/alerts/rule-fields.ts";

const common = {
  name: "Watched",
  location_id: "here",
  enabled: false,
  severity: "critical",
  every: "5m",
  for: "10m",
  repeat_every: "1h",
  no_data: "firing",
  group: { by: ["kind"], wait: "1m" },
  quiet: { days: [6, 7], from: "22:00", to: "06:00", timezone: "Europe/Berlin" },
  channels: ["c1", "c2"],
  notes: "See to it.\nThen rest.",
};
const filters = [
  { field: "data.source", op: "in", value: ["portal", "ads"] },
  { field: "data.budget", op: "gt", value: 5 },
  { field: "success", op: "exists", value: false },
];
const about = { bot_id: null, filters, by: "bot_id" };
/** One of each kind, with every field of it other than it begins. */
const WHOLE: Readonly<Record<RuleBody["kind"], Record<string, unknown>>> = {
  threshold: { ...about, kpi: "leads", window: "today", direction: "above", value: 0.07, resolve: 0.05 },
  change: { ...about, kpi: "leads", window: "7d", direction: "below", value: 0.07, resolve: 0.01, at_least: 3 },
  anomaly: { bot_id: "luna", filters, kpi: "leads", grain: "day", direction: "above", min_severity: "high" },
  forecast_misses_target: { bot_id: "luna", filters, kpi: "leads", value: 90, margin: 0.07 },
  no_data: { bot_id: "luna", filters, types: ["lead_created", "lead_lost"], window: "2d" },
  bot_silent: { bot_id: "luna" },
  stall: { ...about, window: "1h", count: 3 },
  system_health: { checks: ["disk"], at_least: "critical", location_id: null },
  delivery_failed: { location_id: null },
};

/** What a browser sends of it. */
function sent(typed: ReturnType<typeof typedOf>): ReturnType<typeof typedOf> {
  const form = new URLSearchParams();
  for (const [name, values] of Object.entries(typed)) for (const value of values) form.append(name, value);
  return typedIn(form);
}

describe("a rule in a form", () => {
  test.each(RULE_KINDS)("of the kind %s comes back as it was", (kind) => {
    const rule = rulesSchema.parse({ kind, ...common, ...WHOLE[kind] });
    expect(readTyped(kind, sent(typedOf(rule)), rule)).toEqual({ rule, errors: null });
  });

  test("keeps a target, and what it means to leave a field empty", () => {
    const rule = rulesSchema.parse({ kind: "threshold", name: "x", kpi: "leads", direction: "below", value: "target" });
    expect(readTyped("threshold", sent(typedOf(rule)), null)).toEqual({ rule, errors: null });
  });

  test.each(RULE_KINDS)(
    "of the kind %s begins with what its schema says, and lacks a name and a number at most",
    (kind) => {
      const { errors } = readTyped(kind, freshTyped(kind, null), null);
      expect(Object.keys(errors ?? {}).filter((field) => field !== "name" && field !== "value")).toEqual([]);
    },
  );

  test("has a form for every kind, whose fields the schema knows", () => {
    expect(RULE_FORMS.map(({ kind }) => kind).sort()).toEqual([...RULE_KINDS].sort());
    for (const { kind, fields } of RULE_FORMS) {
      const shape = Object.keys(rulesSchema.options.find((option) => option.shape.kind.value === kind)?.shape ?? {});
      expect(fields.map(({ name }) => name).filter((name) => name !== "against" && !shape.includes(name))).toEqual([]);
    }
  });

  test("says what is wrong beside its field, in words", () => {
    const typed = {
      name: [""],
      kpi: ["leads"],
      direction: ["below"],
      value: ["many"],
      window: ["soon"],
      filters: ["x"],
    };
    const { errors } = readTyped("threshold", { ...typed, for: ["0s"], severity: ["info"], no_data: ["keep"] }, null);
    expect(errors).toMatchObject({ value: "Write a number.", filters: expect.stringContaining("field:op:value") });
    expect(errors?.name).toContain("name");
    expect(errors?.window).toContain("15m");
    expect([fieldOf("quiet.from"), fieldOf("filters.0.field"), fieldOf("channels.1")]).toEqual([
      "quiet_from",
      "filters",
      "channels",
    ]);
  });
});
