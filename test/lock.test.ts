import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DataLocked, lockData } from "../src/lock.ts";

test("a second process is refused while the first holds the lock, and let in when it was killed", async () => {
  const folder = mkdtempSync(join(tmpdir(), "bellwether-lock-"));
  const path = join(folder, "lock");
  const script = `import { lockData } from ${JSON.stringify(join(import.meta.dir, "../src/lock.ts"))};
      lockData(${JSON.stringify(path)}); console.log("held"); setInterval(() => Bun.gc(true), 10);`;
  const holder = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe" });
  try {
    await holder.stdout.getReader().read();
    await Bun.sleep(50);
    expect(() => lockData(path)).toThrow(DataLocked);
    holder.kill("SIGKILL");
    await holder.exited;
    const lock = lockData(path);
    expect(() => lockData(path)).toThrow(DataLocked);
    lock.release();
    lockData(path).release();
  } finally {
    holder.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
});
