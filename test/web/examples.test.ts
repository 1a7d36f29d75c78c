/** The examples of /docs, run as they stand there: in a shell, by Bun and by Python. */
import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { allRoutes } from "../../src/web/app.ts";
import { examplesOf, type Languages, requestOf } from "../../src/web/docs/examples.ts";
import { type Running, running } from "../support/appliance.ts";

const AT_ONCE = 4;

const folder = mkdtempSync(join(tmpdir(), "bellwether-examples-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** An appliance of its own: what one language's examples make is not there for the next one's. */
async function withWorld<T>(work: (world: Running, env: Record<string, string>) => Promise<T>): Promise<T> {
  const world = await running();
  try {
    await world.post([
      { id: "seed-1", type: "lead_created", location_id: "docs", bot_id: "lead-bot", contact_id: "contact-1" },
      { id: "seed-2", type: "deal_closed", location_id: "docs", contact_id: "contact-1", value: "450000" },
    ]);
    const key = world.key(["ingest", "read", "export", "admin"]);
    return await work(world, { PATH: process.env.PATH ?? "", BELLWETHER_URL: world.url, BELLWETHER_KEY: key });
  } finally {
    await world.stop();
  }
}

/** Where each language's program is; null where this machine has none. */
const RUNNERS: Readonly<Record<keyof Languages, { program: string | null; file: string }>> = {
  curl: { program: Bun.which("curl") && Bun.which("bash"), file: "example.sh" },
  typescript: { program: process.execPath, file: "example.ts" },
  python: { program: Bun.which("python3"), file: "example.py" },
};

/** Questions, and what a key can send: what administers (people, keys) needs names that only a reader knows. */
function shown({ parts }: Running) {
  return allRoutes(parts).flatMap((route) => {
    const request = requestOf(route);
    const { tag, access, method } = route;
    const asked = ["Ingest", "BI", "Operations"].includes(tag) || (tag !== "Page" && method === "GET");
    return request && asked && access !== "person" && access !== "sender" && method !== "DELETE"
      ? [{ route, request, examples: examplesOf(request) }]
      : [];
  });
}

test("every route of the BI API has an example to try, unless an id must be known first", async () => {
  const without = await withWorld(async ({ parts }) =>
    allRoutes(parts).filter((route) => route.tag === "BI" && requestOf(route) === null),
  );
  expect(without.filter(({ path }) => !path.includes(":")).map(({ method, path }) => `${method} ${path}`)).toEqual([]);
});

describe("every example gives an answer", () => {
  for (const language of ["curl", "typescript", "python"] as const) {
    const { program, file } = RUNNERS[language];
    test.skipIf(program === null)(
      `in ${language}`,
      async () => {
        const faults: string[] = [];
        await withWorld(async (world, env) => {
          const waiting = shown(world);
          const work = async (name: string): Promise<void> => {
            for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
              const path = join(folder, `${name}-${file}`);
              await Bun.write(path, next.examples[language]);
              const child = Bun.spawn([program ?? "", path], { env, stdio: ["ignore", "pipe", "pipe"] });
              const [out, err] = await Promise.all([
                new Response(child.stdout).text(),
                new Response(child.stderr).text(),
              ]);
              const answered = (await child.exited) === 0 && out.trim() !== "" && !/"status":\s*[45]\d\d\b/.test(out);
              if (!answered)
                faults.push(`${next.request.method} ${next.request.path}: ${out.slice(0, 300)}${err.slice(0, 300)}`);
            }
          };
          await Promise.all(Array.from({ length: AT_ONCE }, (_, n) => work(String(n))));
        });
        expect(faults).toEqual([]);
      },
      120_000,
    );
  }
});
