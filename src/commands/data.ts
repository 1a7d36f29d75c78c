/** How verbs reach the data: the control database directly, the store through the server that holds it or by holding it themselves. */
import { existsSync } from "node:fs";
import type { Appliance } from "../appliance.ts";
import { dataPaths, type Settings } from "../config.ts";
import { type Control, ControlError, openControl } from "../control/control.ts";
import { DataLocked, lockData } from "../lock.ts";
import type { LogFile } from "../observe/log.ts";
import { askServer, type Progress } from "../socket.ts";
import { messageOf, StoreDamaged, StoreLocked, StoreTooNew } from "../store/errors.ts";
import type { Parts } from "../web/parts.ts";
import { TASKS } from "./tasks.ts";
import { type Call, CommandFailed } from "./verb.ts";

/** Opens the control database for one task. It works beside a running server, which sees the change at its next look. */
export async function withControl<T>(call: Call, task: (control: Control) => T | Promise<T>): Promise<T> {
  try {
    const control = openControl(dataPaths(call.settings.data).control);
    try {
      return await task(control);
    } finally {
      control.close();
    }
  } catch (error) {
    if (!(error instanceof ControlError)) throw error;
    throw new CommandFailed(error.field === null ? error.message : `${error.field}: ${error.message}`);
  }
}

/** For verbs that only make sense where an appliance has been before. */
export function needData(call: Call): void {
  if (existsSync(dataPaths(call.settings.data).control)) return;
  throw new CommandFailed(`${call.settings.data} is no data directory of an appliance; name the right one with --data`);
}

/** Runs a task by the server on this data directory, or in this process when none runs. */
export async function runTask(
  call: Call,
  name: keyof typeof TASKS,
  input: unknown,
  progress: Progress,
): Promise<unknown> {
  const answered = await askServer(call.settings.data, name, input, progress);
  if (answered !== null) return answered.answer;
  const lock = lockOrFail(call.settings.data);
  try {
    const appliance = await openQuietly(call);
    try {
      return await TASKS[name](appliance.parts)(input, progress);
    } finally {
      await appliance.stop();
    }
  } finally {
    lock.release();
  }
}

/** The appliance for a verb: no demo, and only what went wrong is said. */
export function openQuietly(call: Call): Promise<Appliance> {
  return openAppliance({ ...call.settings, demo: false }, (level, message) => {
    if (level !== "info") call.err(message);
  });
}

/** The appliance, over the one import that loads DuckDB; what is wrong with the data becomes one line. */
export async function openAppliance(
  settings: Settings,
  log: Parts["log"],
  file: LogFile | null = null,
): Promise<Appliance> {
  const { createAppliance } = await import("../appliance.ts");
  try {
    return await createAppliance(settings, log, file);
  } catch (error) {
    const expected = [StoreTooNew, StoreLocked, StoreDamaged, ControlError];
    if (expected.some((type) => error instanceof type)) throw new CommandFailed(messageOf(error));
    throw error;
  }
}

export function lockOrFail(data: string): { release(): void } {
  try {
    return lockData(dataPaths(data).lock);
  } catch (error) {
    if (!(error instanceof DataLocked)) throw error;
    throw new CommandFailed(
      `another bellwether process is using ${data}; stop it first, or use another --data directory`,
    );
  }
}

/** A bar on a terminal, a line at each tenth elsewhere. */
export function progressBar(call: Call, what: string): Progress {
  let tenth = 0;
  return (done, total) => {
    const share = total === 0 ? 1 : done / total;
    if (process.stderr.isTTY) {
      const bar = "█".repeat(Math.floor(share * 30)).padEnd(30, "░");
      process.stderr.write(`\r${what} ${bar} ${(share * 100).toFixed(0).padStart(3)} %${share >= 1 ? "\n" : ""}`);
    } else if (Math.floor(share * 10) > tenth) {
      tenth = Math.floor(share * 10);
      call.err(`${what}: ${tenth * 10} %`);
    }
  };
}
