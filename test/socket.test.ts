import { afterEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { askServer, listenForTasks } from "../src/socket.ts";

const folders: string[] = [];
function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "bellwether-socket-"));
  folders.push(made);
  return made;
}
afterEach(() => {
  for (const made of folders.splice(0)) rmSync(made, { recursive: true, force: true });
});

const nothing = () => {};

test("a task is answered over the socket, with its progress on the way", async () => {
  const data = folder();
  const server = listenForTasks(data, {
    "count up": async (input, progress) => {
      progress(1, 2);
      await Bun.sleep(1);
      progress(2, 2);
      return { input };
    },
  });
  const seen: number[][] = [];
  const answered = await askServer(data, "count up", { to: 2 }, (done, total) => seen.push([done, total]));
  expect(answered).toEqual({ answer: { input: { to: 2 } } });
  expect(seen).toEqual([
    [1, 2],
    [2, 2],
  ]);
  await server.stop();
});

test("what a task throws arrives by its message, and the server goes on", async () => {
  const data = folder();
  const server = listenForTasks(data, {
    fail: async () => Promise.reject(new Error("disk is full")),
    fine: async () => null,
  });
  await expect(askServer(data, "fail", null, nothing)).rejects.toThrow("disk is full");
  await expect(askServer(data, "other", null, nothing)).rejects.toThrow("knows no task other");
  expect(await askServer(data, "fine", null, nothing)).toEqual({ answer: null });
  await server.stop();
});

test("only its owner may open the socket", async () => {
  const data = folder();
  const server = listenForTasks(data, {});
  expect(statSync(join(data, "control.sock")).mode & 0o777).toBe(0o600);
  await server.stop();
});

test("without a server there is no answer, also where a killed one left its socket", async () => {
  const data = folder();
  expect(await askServer(data, "status", null, nothing)).toBeNull();
  writeFileSync(join(data, "control.sock"), "");
  expect(await askServer(data, "status", null, nothing)).toBeNull();
  const server = listenForTasks(data, { status: async () => 1 });
  expect(await askServer(data, "status", null, nothing)).toEqual({ answer: 1 });
  await server.stop();
  expect(await askServer(data, "status", null, nothing)).toBeNull();
});

test("a data directory deeper than a socket's path may be works too", async () => {
  const data = join(folder(), "d".repeat(60), "e".repeat(60));
  mkdirSync(data, { recursive: true });
  const server = listenForTasks(data, { status: async () => "deep" });
  expect(await askServer(data, "status", null, nothing)).toEqual({ answer: "deep" });
  await server.stop();
});
