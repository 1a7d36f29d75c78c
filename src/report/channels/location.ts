/** What one location's channel shows and tells, rendered anew after each commit. */
import { timeframeOf } from "../../catalogue/period.ts";
import { maskedText } from "../../catalogue/personal.ts";
import type { Cache } from "../cache.ts";
import type { Asked, ReportParts } from "../common.ts";
import type { Arrival, Arrivals } from "./arrivals.ts";
import type { Block, Shown } from "./blocks.ts";
import { type Content, isStall } from "./contents.ts";

export interface ChannelParts extends ReportParts {
  cache: Cache;
  /** What changed about alerts of rules, for each listener since it listened last. */
  alerts: { feed: { reader(location_id: string): { next(): readonly object[] } } };
  now: () => number;
}

/** As the live channels take it: entries as JSON by section. */
interface Location {
  /** Section to the type of frame in which its changes are sent. */
  frames: Readonly<Record<string, string>>;
  render(): Promise<{ sections: Texts; again_in_ms: number }>;
  tell(): Promise<{ sections: Texts; news: { type: string; data: string }[]; afresh: boolean }>;
  close(): void;
}

/** The timeframe of all figures, as it is the API's own when none is asked for. */
const TIMEFRAME = "30d";
/** Statuses and ages change with the clock, without any event. */
const AGAIN_MS = 15_000;
/** Of the news in one frame: a reader of 256 KiB of backlog must be able to take several. */
const NEWS_CHARS_MAX = 48 * 1024;

/** `personal`: whether those who listen may see what is personal. */
export function locationChannel(
  parts: ChannelParts,
  { arrivals, held }: { arrivals: Arrivals; held: Held },
  { blocks, activity, alerts }: Content,
  { location_id, personal }: { location_id: string; personal: boolean },
): Location {
  const reader = arrivals.reader(location_id);
  const changes = parts.alerts.feed.reader(location_id);
  return {
    frames: Object.assign({}, ...blocks.map(({ sections }) => sections)),
    async render() {
      const asked = askedOf(parts, location_id, personal);
      const shown = await Promise.all(blocks.map((block) => rendered(parts, held, block, asked)));
      return {
        sections: new Map(shown.flatMap(({ sections }) => [...sections])),
        again_in_ms: Math.min(AGAIN_MS, ...shown.map(({ holds_ms }) => holds_ms)),
      };
    },
    async tell() {
      const arrived = await reader.next();
      // Events were taken away: what was told of them must not be told again.
      if (arrived.lost) held.delete(location_id);
      const sections: Texts = new Map();
      if (activity) {
        const { told } = fitting(reader.recent().filter(activity).reverse(), personal);
        sections.set("activity", new Map([["recent", `[${told.reverse().join(",")}]`]]));
      }
      return {
        sections,
        news: [
          ...(activity ? activityNews(arrived, activity, personal) : []),
          ...(alerts ? stalls(arrived.events, personal) : []),
          ...(alerts ? alertNews(changes.next(), personal) : []),
        ],
        afresh: arrived.lost,
      };
    },
    close() {
      reader.close();
      held.delete(location_id);
    },
  };
}

function askedOf({ now }: ChannelParts, location_id: string, personal: boolean): Asked {
  const locations = [location_id];
  return { timeframe: TIMEFRAME, timezone: null, location_id, locations, filters: [], personal, now: now() };
}

type Texts = Map<string, Map<string, string>>;

interface Rendered {
  sections: Texts;
  /** For how long it may stand although something changed. */
  holds_ms: number;
}

/** Dear answers that may stand for a while, whatever is committed: by location, then by question. */
export type Held = Map<string, HeldBlocks>;
type HeldBlocks = Map<string, { sections: Texts; at: number; renewing: boolean }>;

/** A dear answer that is being renewed in the background is looked for again so soon. */
const RENEWED_SOON_MS = 500;

/** The block from the cache where no commit has touched it, so that all channels that show it share one answer. */
async function rendered(parts: ChannelParts, held: Held, block: Block, asked: Asked): Promise<Rendered> {
  const { to } = timeframeOf(TIMEFRAME, asked.now, null);
  const location_id = asked.location_id ?? "";
  const key = JSON.stringify(["channel", block.name, location_id, asked.personal, to, parts.control.generation()]);
  if (block.every_ms === 0) return { sections: await fresh(parts, block, asked, key, to), holds_ms: AGAIN_MS };
  const own: HeldBlocks = held.get(location_id) ?? new Map();
  held.set(location_id, own);
  const known = `${block.name} ${asked.personal}`;
  const before = own.get(known);
  const renew = async (): Promise<Texts> => {
    const sections = await fresh(parts, block, asked, key, to);
    own.set(known, { sections, at: asked.now, renewing: false });
    return sections;
  };
  if (!before) return { sections: await renew(), holds_ms: block.every_ms };
  const stands_ms = block.every_ms - (asked.now - before.at) / 1_000;
  if (stands_ms > 0) return { sections: before.sections, holds_ms: stands_ms };
  if (!before.renewing) {
    before.renewing = true;
    // What is quick must not wait for it. When it fails, the next look tries again.
    renew().catch(() => {
      before.renewing = false;
    });
  }
  return { sections: before.sections, holds_ms: RENEWED_SOON_MS };
}

async function fresh(parts: ChannelParts, block: Block, asked: Asked, key: string, to: number): Promise<Texts> {
  // Any event may matter: what is compared lies further back than the timeframe.
  const { locations } = asked;
  const subject = { locations, from: Number.NEGATIVE_INFINITY, to, types: null, lasts_ms: AGAIN_MS };
  const { value } = await parts.cache.take(key, subject, async (signal) => {
    const sections = textsOf(await block.render(parts, { ...asked, signal }));
    const texts = [...sections.values()].flatMap((entries) => [...entries.values()]);
    return { value: sections, bytes: texts.reduce((sum, { length }) => sum + length, 0) * 2 };
  });
  return value;
}

function textsOf(shown: Shown): Texts {
  return new Map(
    Object.entries(shown).map(([section, entries]) => [
      section,
      new Map([...entries].map(([key, value]) => [key, JSON.stringify(value)])),
    ]),
  );
}

function activityNews(
  { events, skipped }: { events: readonly Arrival[]; skipped: number },
  tells: (event: Arrival) => boolean,
  personal: boolean,
): { type: string; data: string }[] {
  const own = events.filter(tells);
  const { told, left_out } = fitting(own, personal);
  if (told.length === 0) return [];
  return [{ type: "ai:activity", data: `{"events":[${told.join(",")}],"skipped":${skipped + left_out}}` }];
}

function stalls(events: readonly Arrival[], personal: boolean): { type: string; data: string }[] {
  const { told } = fitting(events.filter(isStall), personal);
  if (told.length === 0) return [];
  const alerts = told.map((event) => `{"kind":"stall","event":${event}}`);
  return [{ type: "alert", data: `{"alerts":[${alerts.join(",")}]}` }];
}

function alertNews(changes: readonly object[], personal: boolean): { type: string; data: string }[] {
  if (changes.length === 0) return [];
  const text = JSON.stringify({ alerts: changes });
  // Names of bots and what people call their rules may hold addresses and numbers.
  return [{ type: "alert", data: personal ? text : maskedText(text) }];
}

/** The newest that fit into a frame, as JSON, in the order they came. */
function fitting(events: readonly Arrival[], personal: boolean): { told: string[]; left_out: number } {
  let chars = 0;
  const told: string[] = [];
  for (const event of events.toReversed()) {
    const text = event.text(personal);
    chars += text.length;
    if (chars > NEWS_CHARS_MAX && told.length > 0) break;
    told.push(text);
  }
  return { told: told.reverse(), left_out: events.length - told.length };
}
