/** What the appliance noticed by itself, as channels tell it: within a second or two, with its causes. */
import { noticedReport } from "../noticed.ts";
import type { Block } from "./blocks.ts";

const SOON_MS = 1_000;
const SINCE_US = 7 * 86_400_000_000;
const NOTICED_MAX = 20;

/** In frames that are called `anomaly`, and as an insight where those are told. */
export const NOTICED_BLOCK: Block = noticedBlock("noticed", "anomaly");
export const NOTICED_INSIGHT_BLOCK: Block = noticedBlock("noticed insight", "insight");

function noticedBlock(name: string, frame: string): Block {
  return {
    name,
    sections: { noticed: frame },
    every_ms: SOON_MS,
    async render(parts, { location_id, now, personal }) {
      if (location_id === null) return { noticed: new Map() };
      const asked = { location_id, since: now - SINCE_US, limit: NOTICED_MAX, personal: personal === true };
      return { noticed: new Map((await noticedReport(parts, asked)).map((one) => [one.id, one])) };
    },
  };
}
