/** The channel of the appliance's own health: it looks by itself, as no event tells of it. */
import type { Source } from "../../live/channels.ts";
import { healthOf } from "../health.ts";
import type { Parts } from "../parts.ts";

const LOOKED_EVERY_MS = 5_000;

/** Sections `system` (all of it) and `checks` (each part). `figures`: for those who may see all locations. */
export function healthSource(parts: Parts, figures: boolean): Pick<Source, "frames" | "render" | "close"> {
  return {
    frames: { system: "health", checks: "health" },
    async render() {
      const { status, checks } = await healthOf(parts, figures);
      const parted = Object.entries(checks).map(([name, check]) => [name, JSON.stringify(check)] as const);
      const system = new Map([["status", JSON.stringify(status)]]);
      const sections = new Map([["system", system] as const, ["checks", new Map(parted)] as const]);
      return { sections, again_in_ms: LOOKED_EVERY_MS };
    },
    close() {},
  };
}
