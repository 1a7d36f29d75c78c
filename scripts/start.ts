/** `bun run start [-- FLAGS]`: installs what is pinned, copies the browser scripts and serves from source. */
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dir, "..");

await run([process.execPath, "install", "--frozen-lockfile", "--silent"]);
await run([process.execPath, join(ROOT, "scripts/vendor.ts")]);
const flags = Bun.argv.slice(2).filter((word, i) => i > 0 || word !== "--");
const server = Bun.spawn([process.execPath, join(ROOT, "src/main.ts"), "serve", ...flags], {
  cwd: process.cwd(),
  stdio: ["inherit", "inherit", "inherit"],
});
process.on("SIGINT", () => server.kill("SIGINT"));
process.on("SIGTERM", () => server.kill("SIGTERM"));
process.exit(await server.exited);

async function run(command: readonly string[]): Promise<void> {
  const child = Bun.spawn([...command], { cwd: ROOT, stdio: ["ignore", "inherit", "inherit"] });
  const code = await child.exited;
  if (code !== 0) process.exit(code);
}
