/** Who is found by a part of a name: bots by anyone, contacts by those who may see what is personal. */
import { type FoundBot, type FoundContact, foundBots, foundContacts } from "../store/query/searching.ts";
import type { ReportParts } from "./common.ts";
import { maskedText } from "./personal.ts";

export interface SearchAsked {
  /** null: every location. */
  locations: readonly string[] | null;
  part: string;
  personal: boolean;
  now: number;
  signal: AbortSignal;
}

const DAY = 86_400_000_000;
/** Who was not heard of for so long is found on the page of leads. */
const CONTACTS_US = 90 * DAY;
const BOTS_US = 365 * DAY;
const EACH_MAX = 6;
/** A single letter is in nearly every id. */
const CONTACT_CHARS_MIN = 2;

export async function searchContacts({ store }: ReportParts, asked: SearchAsked): Promise<readonly FoundContact[]> {
  const { personal, part, now, signal, locations } = asked;
  if (!personal || part.length < CONTACT_CHARS_MIN) return [];
  const scope = { locations, part: part.toLowerCase(), from: now - CONTACTS_US, limit: EACH_MAX };
  return foundContacts((sql, params) => store.rows(sql, params, signal), scope);
}

export async function searchBots({ store }: ReportParts, asked: SearchAsked): Promise<readonly FoundBot[]> {
  const { personal, part, now, signal, locations } = asked;
  const scope = { locations, part: part.toLowerCase(), from: now - BOTS_US, limit: EACH_MAX };
  const bots = await foundBots((sql, params) => store.rows(sql, params, signal), scope);
  return personal ? bots : bots.filter(({ bot_id }) => maskedText(bot_id) === bot_id);
}
