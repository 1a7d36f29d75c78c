/** What the machine could do at best: run in a process of its own as `bun yardsticks.ts NAME`, prints one number or serves. */
import { DuckDBInstance } from "@duckdb/node-api";
import { eventJson } from "./events.ts";

/** Rows a second of a bare DuckDB appender: one transaction for each 100,000 rows, nothing else. */
async function appender(path: string): Promise<number> {
  const rows = 100_000;
  const events = Array.from({ length: rows }, (_, i) => JSON.parse(eventJson(i, 1_767_225_600_000 + i, "yardstick")));
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  await connection.run(
    "CREATE TABLE events(time BIGINT, location_id VARCHAR, type VARCHAR, id VARCHAR, bot_id VARCHAR, contact_id VARCHAR, conversation_id VARCHAR, value DOUBLE, currency VARCHAR, duration_ms DOUBLE, success BOOLEAN, data VARCHAR)",
  );
  const rates: number[] = [];
  for (let round = 0; round < 3; round++) {
    const started = performance.now();
    await connection.run("BEGIN");
    const appender = await connection.createAppender("events");
    for (const event of events) {
      appender.appendBigInt(1_767_225_600_000_000n);
      appender.appendVarchar(event.location_id);
      appender.appendVarchar(event.type);
      appender.appendVarchar(event.id);
      appender.appendVarchar(event.bot_id);
      appender.appendVarchar(event.contact_id);
      appender.appendVarchar(event.conversation_id);
      if (event.value === undefined) appender.appendNull();
      else appender.appendDouble(event.value);
      if (event.currency === undefined) appender.appendNull();
      else appender.appendVarchar(event.currency);
      if (event.duration_ms === undefined) appender.appendNull();
      else appender.appendDouble(event.duration_ms);
      if (event.success === undefined) appender.appendNull();
      else appender.appendBoolean(event.success);
      appender.appendVarchar(event.data === undefined ? "" : JSON.stringify(event.data));
      appender.endRow();
    }
    appender.closeSync();
    await connection.run("COMMIT");
    rates.push(rows / ((performance.now() - started) / 1_000));
  }
  return rates.toSorted((a, b) => a - b)[1] ?? 0;
}

/** A Bun server that parses the JSON and answers: what one event a request could cost at least. */
function parser(): void {
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async (request) => {
      await request.json();
      return Response.json({ accepted: 1, duplicates: 0, rejected: 0 }, { status: 202 });
    },
  });
  console.log(server.port);
}

/** A bare Bun publish of the same bytes to every socket, once a second. */
function publisher(bytes: number): void {
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: (request, self) => (self.upgrade(request) ? undefined : new Response("", { status: 400 })),
    websocket: {
      open: (socket) => void socket.subscribe("view"),
      message: () => {},
    },
  });
  const padding = "x".repeat(bytes);
  setInterval(() => server.publish("view", `${Date.now()} ${padding}`), 1_000);
  console.log(server.port);
}

if (import.meta.main) {
  const [name, argument] = process.argv.slice(2);
  if (name === "appender") console.log(await appender(argument ?? ":memory:"));
  else if (name === "parser") parser();
  else if (name === "publisher") publisher(Number(argument));
  else throw new Error(`no yardstick ${name}`);
}
