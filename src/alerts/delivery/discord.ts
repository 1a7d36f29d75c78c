/** Discord's webhooks. Source: Discord developer documentation, "Execute Webhook" and "Allowed Mentions Object". */
import { formatInstant } from "../../catalogue/time.ts";
import type { Notice, NoticeKind } from "../notice.ts";
import { post } from "./post.ts";
import { type Sender, sent, sentOver } from "./sender.ts";
import { aboutOf, clean, cut, escapeDiscord, groupLines, headingOf, linkOf } from "./wording.ts";

/** Discord's limits are 2,000, 256 and 4,096. */
const CONTENT_CHARS_MAX = 1_900;
const TITLE_CHARS_MAX = 250;
const TEXT_CHARS_MAX = 4_000;
const RED = 0xc62828;
const AMBER = 0xb26a00;
const GREEN = 0x2e7d32;
const GREY = 0x5f6368;

export const sendDiscord: Sender = async ({ notice, channel }, { now, post: options, public_url }) => {
  if (channel.url === null) return sent({ error: "The channel has no address.", final: true });
  const body = JSON.stringify(discordBody(notice, public_url));
  const posted = await post(channel.url, { "content-type": "application/json" }, body, options);
  // 404: the webhook was deleted.
  return sentOver(posted, now(), [404, 410]);
};

export function discordBody(notice: Notice, public_url: string) {
  const heading = escapeDiscord(headingOf(notice));
  const link = linkOf(notice, public_url);
  const lines = [clean(notice.text), ...groupLines(notice).map((line) => `• ${line}`)].map(escapeDiscord);
  return {
    content: cut(heading, CONTENT_CHARS_MAX),
    // Nobody is called by what an alert quotes.
    allowed_mentions: { parse: [] },
    embeds: [
      {
        title: cut(heading, TITLE_CHARS_MAX),
        description: cut(lines.join("\n"), TEXT_CHARS_MAX),
        color: colour(notice),
        timestamp: formatInstant(notice.at),
        footer: { text: aboutOf(notice) },
        ...(link === null ? {} : { url: link }),
      },
    ],
  };
}

const QUIET: ReadonlySet<NoticeKind> = new Set(["resolved", "test"]);

function colour({ kind, severity }: Notice): number {
  if (QUIET.has(kind)) return kind === "resolved" ? GREEN : GREY;
  return { critical: RED, warning: AMBER, info: GREY }[severity];
}
