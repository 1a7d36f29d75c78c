/**
 * `bun run reference`: writes docs/reference.md from the settings, the verbs, the catalogue and the routes themselves.
 * test/docs.test.ts fails when the file is not what this would write.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { z } from "zod";
import { createAppliance } from "../src/appliance.ts";
import { eventTypes } from "../src/catalogue/events.ts";
import { KPIS } from "../src/catalogue/kpis.ts";
import type { EventType, Kpi } from "../src/catalogue/types.ts";
import { VERBS } from "../src/commands/verbs.ts";
import { loadSettings, SETTINGS } from "../src/config.ts";
import { METRICS } from "../src/observe/metrics.ts";

/** Where the reference lies in the repository. */
export const REFERENCE = resolve(import.meta.dir, "../docs/reference.md");

export async function reference(): Promise<string> {
  const parts = [
    "# Reference",
    "Written by `bun run reference` from the program's own tables; do not edit.",
    "## Settings",
    "A value comes from the flag, else the environment, else `bellwether.toml` in the data directory (the key), else the default. Secrets may be read from a file that `…_FILE` names; they have no flag, as command lines can be seen by others.",
    settings(),
    "## Verbs",
    "Every verb also takes `--data DIR`, `--json` and `--help`.",
    verbs(),
    "## Routes",
    "Served on one port. `/v1` and `/api` take an API key (`Authorization: Bearer bw_…`) or a session.",
    await routes(),
    "## Metrics",
    "`GET /metrics`, for keys and users with the scope `read` for all locations, or for anyone with `metrics_public`. A histogram of seconds has `_bucket`, `_sum` and `_count`.",
    metrics(),
    "## Event types",
    "Unknown types, and fields of `data` that are not named here, are kept and usable too.",
    events(),
    "## KPIs",
    "Money is exact and never mixed over currencies. A rate with nothing below the line is `null`.",
    kpis(),
  ];
  return `${parts.join("\n\n")}\n`;
}

function settings(): string {
  return table(
    ["key", "flag", "environment", "default", "what"],
    SETTINGS.map((setting) => [
      code(setting.key),
      setting.flag === null ? "–" : code(`--${setting.flag}`),
      code(setting.env) + (setting.secret ? `, ${code(`${setting.env}_FILE`)}` : ""),
      setting.default_text ?? (setting.default === "" ? "–" : code(String(setting.default))),
      setting.doc,
    ]),
  );
}

function verbs(): string {
  return table(
    ["verb", "what", "flags"],
    VERBS.map((verb) => [
      code(`${verb.name}${verb.usage === "" ? "" : ` ${verb.usage}`}`),
      verb.summary,
      verb.name === "serve" ? "every setting" : verb.flags.map((flag) => code(`--${flag.name}`)).join(" "),
    ]),
  );
}

/** From the real application, over an empty data directory. */
async function routes(): Promise<string> {
  const data = mkdtempSync(join(tmpdir(), "bellwether-reference-"));
  const settings = { ...loadSettings([], {}, ""), data, http: "127.0.0.1:0", duckdb_memory_mb: 64, duckdb_threads: 1 };
  const appliance = await createAppliance(settings, () => {});
  try {
    const rows = appliance.app.routes.map((route) => [code(route.method), code(route.path)]);
    return table(["method", "path"], [...new Map(rows.map((row) => [row.join(), row])).values()].sort(byPath));
  } finally {
    await appliance.stop();
    rmSync(data, { recursive: true, force: true });
  }
}

function metrics(): string {
  return table(
    ["metric", "type", "labels", "what"],
    METRICS.map(({ name, type, labels, help }) => [
      code(`bellwether_${name}`),
      type,
      labels.map(code).join(" ") || "–",
      help,
    ]),
  );
}

function byPath(one: readonly string[], other: readonly string[]): number {
  const key = (row: readonly string[]) => `${row[1]} ${row[0]}`;
  return key(one) < key(other) ? -1 : 1;
}

function events(): string {
  return table(
    ["type", "family", "what", "needs", "`data`"],
    eventTypes.map((entry) => [
      [entry.type, ...(entry.aliases ?? [])].map(code).join(" = "),
      entry.family,
      entry.description,
      entry.needs.map(code).join(" "),
      dataFields(entry),
    ]),
  );
}

function dataFields(entry: EventType): string {
  const schema = z.toJSONSchema(entry.data, { io: "input" });
  const required = new Set(schema.required ?? []);
  return Object.keys(schema.properties ?? {})
    .map((name) => `${code(name)}${required.has(name) ? "" : "?"}`)
    .join(", ");
}

function kpis(): string {
  return table(
    ["key", "label", "unit", "better", "target", "what", "formula"],
    KPIS.map((kpi) => [
      code(kpi.key),
      kpi.label,
      kpi.unit,
      kpi.better ?? "–",
      target(kpi),
      kpi.description,
      code(kpi.formula),
    ]),
  );
}

function target(kpi: Kpi): string {
  if (kpi.target === undefined) return "–";
  return `at ${kpi.target.met === "gte" ? "least" : "most"} ${kpi.target.value}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
}

function code(text: string): string {
  return `\`${text}\``;
}

if (import.meta.main) await Bun.write(REFERENCE, await reference());
