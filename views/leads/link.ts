import { botParam } from "../parts/bot-link.ts";
import { sharedText, type ViewQuery } from "../parts/query.ts";

/** Where a contact has its page; the filters in force go along for the way back. */
export function leadHref(query: ViewQuery, contact_id: string): string {
  return `/leads/${encodeURIComponent(botParam(contact_id))}${sharedText(query)}`;
}
