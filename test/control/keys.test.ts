import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openControl } from "../../src/control/control.ts";

test("a key that another process made is known at once, and one that nobody made is not", () => {
  const folder = mkdtempSync(join(tmpdir(), "bellwether-keys-"));
  const server = openControl(join(folder, "control.sqlite"));
  const command = openControl(join(folder, "control.sqlite"));
  for (let round = 0; round < 20; round++) {
    const { key, record } = command.addKey({ name: `key ${round}`, scopes: ["ingest"], location_id: null });
    expect(server.callerOfKey(key, 1)?.id).toBe(record.key_id);
    expect(server.callerOfKey(`${key.slice(0, -1)}${key.endsWith("A") ? "B" : "A"}`, 1)).toBeNull();
  }
  server.close();
  command.close();
  rmSync(folder, { recursive: true, force: true });
});
