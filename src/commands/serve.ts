/** `serve`: the appliance, until a signal ends it. */
import { accessSync, constants } from "node:fs";
import { z } from "zod";
import type { Appliance } from "../appliance.ts";
import { dataPaths, SETTING_FLAGS, type Settings } from "../config.ts";
import { type LogFile, openLogFile } from "../observe/log.ts";
import { askServer, listenForTasks } from "../socket.ts";
import { versionOf } from "../version.ts";
import { UsageError } from "./arguments.ts";
import { lockOrFail, openAppliance } from "./data.ts";
import { tasksOf } from "./tasks.ts";
import { type Call, CommandFailed, type Verb } from "./verb.ts";

/** Longer than the 5 s that sockets and running requests get: then something hangs, and the journal has what matters. */
const STOP_DEADLINE_MS = 20_000;

export const SERVE_VERB: Verb = {
  name: "serve",
  summary: "Runs the appliance: ingest, dashboard and API on one port.",
  usage: "[--http HOST:PORT] [--data DIR] [--demo]",
  flags: SETTING_FLAGS,
  creates: true,
  run: serve,
};

async function serve(call: Call): Promise<number> {
  const { data, http } = call.settings;
  if (!/^.*:\d{1,5}$/.test(http))
    throw new UsageError(`--http ${http}: HOST:PORT is needed, for example 127.0.0.1:8000`);
  needWritable(data);
  const lock = await lockForServer(data);
  const file = logFile(call.settings);
  const appliance = await openAppliance(call.settings, logger(call, file), file);
  const signalled = untilSignal(call);
  const { url } = await listen(appliance, call);
  const socket = listenForTasks(data, {
    ...tasksOf(appliance.parts),
    status: async () => ({ url, pid: process.pid, ...versionOf() }),
  });
  await greet(call, url, appliance);
  await signalled;
  setTimeout(() => process.exit(1), STOP_DEADLINE_MS).unref();
  await socket.stop();
  await appliance.stop();
  await file.close();
  lock.release();
  return 0;
}

function needWritable(data: string): void {
  try {
    accessSync(data, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    throw new CommandFailed(`the data directory ${data} cannot be written by this user`);
  }
}

/** Who holds the data directory is worth saying: the running server tells where it is. */
async function lockForServer(data: string): Promise<{ release(): void }> {
  try {
    return lockOrFail(data);
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    const answered = await askServer(data, "status", null, () => {});
    if (answered === null) throw error;
    const { url, pid } = statusSchema.parse(answered.answer);
    throw new CommandFailed(`a server runs on ${data} already: ${url}, process ${pid}`);
  }
}

async function listen(appliance: Appliance, call: Call): Promise<{ url: string }> {
  try {
    return await appliance.listen();
  } catch (error) {
    await appliance.stop();
    const code = error instanceof Error && "code" in error ? error.code : null;
    if (code === "EADDRINUSE")
      throw new CommandFailed(`${call.settings.http} is in use; choose another one with --http HOST:PORT`);
    if (code === "EACCES")
      throw new CommandFailed(`this user may not listen on ${call.settings.http}; choose a port from 1024 up`);
    throw error;
  }
}

/** What someone needs who has just started it: where to look, how to get in, where the data is. */
async function greet(call: Call, url: string, appliance: Appliance): Promise<void> {
  const { setupLink } = await import("../web/auth.ts");
  const reached = appliance.parts.settings.public_url || url;
  const setup = setupLink(appliance.parts.control, reached);
  if (call.json) {
    call.out(JSON.stringify({ url: reached, data: call.settings.data, setup, ...versionOf() }));
    return;
  }
  call.out(`Bellwether ${versionOf().version} is ready: ${reached}`);
  call.out(`Data directory: ${call.settings.data}`);
  if (setup !== null) call.out(`No user yet. Make the owner account with this one-time link: ${setup}`);
}

/** A terminal and a parent process may both deliver one Ctrl-C: that is one signal. */
const SAME_SIGNAL_MS = 500;

/** The first signal asks, the second one does not wait. */
function untilSignal(call: Call): Promise<void> {
  return new Promise((stop) => {
    let asked: number | null = null;
    const onSignal = () => {
      if (asked !== null && performance.now() - asked < SAME_SIGNAL_MS) return;
      if (asked !== null) process.exit(1);
      asked = performance.now();
      call.err("Stopping: what was accepted is being written. Once more to force it.");
      stop();
    };
    process.on("SIGTERM", onSignal);
    process.on("SIGINT", onSignal);
  });
}

const statusSchema = z.object({ url: z.string(), pid: z.number() });

function logFile({ data, log_days, log_day_bytes_max }: Settings): LogFile {
  const dir = dataPaths(data).logs;
  return openLogFile({ dir, days: log_days, day_bytes_max: log_day_bytes_max, now: () => Date.now() * 1_000 });
}

/** One line an entry on standard error, JSON with --json, and in the day's file. */
function logger(call: Call, file: LogFile): Appliance["parts"]["log"] {
  return (level, message, fields = {}) => {
    file.write({ level, message, ...fields });
    const time = new Date().toISOString();
    if (call.json) call.err(JSON.stringify({ time, level, message, ...fields }));
    else call.err(`${time} ${level.toUpperCase().padEnd(5)} ${message}${fieldsText(fields)}`);
  };
}

function fieldsText(fields: Record<string, unknown>): string {
  const pairs = Object.entries(fields).map(
    ([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  return pairs.length === 0 ? "" : ` ${pairs.join(" ")}`;
}
