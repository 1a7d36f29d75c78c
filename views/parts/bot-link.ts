import { queryText, type ViewQuery } from "./query.ts";

/** Where a bot has its page. Its id may be anything: what an address would take for something else is led by a tilde. */
export function botHref(bot_id: string, query?: ViewQuery): string {
  const shared = query ? queryText(query, { own: {}, currency: null }) : "";
  return `/bots/${encodeURIComponent(botParam(bot_id))}${shared}`;
}

/** A bot's id as its page has it in its address. */
export function botParam(bot_id: string): string {
  const text = bot_id.toWellFormed();
  return /^(~.*|\.{0,2})$/su.test(text) ? `~${text}` : text;
}

/** The other way round. */
export function botOfParam(param: string): string {
  return param.startsWith("~") ? param.slice(1) : param;
}
