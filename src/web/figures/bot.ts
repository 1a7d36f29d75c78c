/** `/bots/:bot_id`: one bot. */
import { z } from "zod";
import { botFragments, botPage } from "../../../views/bot.ts";
import { botOfParam } from "../../../views/parts/bot-link.ts";
import { type BotFigures, type BotPageReport, botPage as botReport } from "../../report/bots/bot.ts";
import { Problem } from "../errors.ts";
import type { Kept } from "../kept.ts";
import type { Parts } from "../parts.ts";
import { askedKey, keptFor, logOf, STATUS_LASTS_MS } from "./bots.ts";
import { figuresPage, touchLater } from "./page.ts";

const PARAM_CHARS_MAX = 512;

export const BOT = figuresPage<BotPageReport, { bot_id: string }>({
  view: "bot",
  path: "/bots/:bot_id",
  summary: "One bot: how it is, what it did, what went wrong, whom it met.",
  params: { bot_id: "The bot's id; one that is led by a tilde is the rest of it." },
  own: z.object({ bot_id: z.string().max(PARAM_CHARS_MAX) }),
  report: (parts, asked, { bot_id }) => known(botReport(parts, asked, botOfParam(bot_id), logOf(parts, "bot"))),
  moving: (parts, asked, { bot_id }) =>
    known(
      botReport(parts, asked, botOfParam(bot_id), logOf(parts, "bot"), (ask) =>
        keptFor(figures, parts).take(`${bot_id} ${askedKey(asked)}`, ask, (wait_ms) => touchLater(parts, wait_ms)),
      ),
    ),
  page: botPage,
  fragments: botFragments,
  kept: ({ bot_id }) => ({
    of: bot_id,
    // It is measured by many figures, and its first event may lie far back.
    subject: { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY, lasts_ms: STATUS_LASTS_MS },
  }),
});

const figures = new WeakMap<Parts, Kept<BotFigures>>();

/** Throws Problem 404 for a bot that nobody has heard of. */
async function known(report: Promise<BotPageReport | null>): Promise<BotPageReport> {
  const found = await report;
  if (found) return found;
  throw new Problem({
    status: 404,
    title: "No such bot",
    detail: "No bot of this name has reported in the locations that you may see.",
    back: { href: "/bots", label: "See all bots" },
  });
}
