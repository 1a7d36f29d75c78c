/** Slack's incoming webhooks. Source: Slack, "Sending messages using incoming webhooks". */
import type { Notice } from "../notice.ts";
import { post } from "./post.ts";
import { type Sender, sent, sentOver } from "./sender.ts";
import { aboutOf, clean, cut, escapeSlack, groupLines, headingOf, linkOf } from "./wording.ts";

/** Of one block's text; Slack's limit is 3,000 after escaping. */
const TEXT_CHARS_MAX = 2_900;

export const sendSlack: Sender = async ({ notice, channel }, { now, post: options, public_url }) => {
  if (channel.url === null) return sent({ error: "The channel has no address.", final: true });
  const body = JSON.stringify(slackBody(notice, public_url));
  const posted = await post(channel.url, { "content-type": "application/json" }, body, options);
  // 404: the webhook was removed; 410: the conversation is archived.
  return sentOver(posted, now(), [404, 410]);
};

export function slackBody(notice: Notice, public_url: string) {
  const heading = escapeSlack(headingOf(notice));
  const link = linkOf(notice, public_url);
  const lines = [clean(notice.text), ...groupLines(notice).map((line) => `• ${line}`)].filter((line) => line !== "");
  const about = escapeSlack(aboutOf(notice));
  return {
    // What notifications show, and what is read where blocks are not.
    text: heading,
    mrkdwn: false,
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      block(`*${heading}*`),
      ...(lines.length === 0 ? [] : [block(escapeCut(lines.join("\n")))]),
      { type: "context", elements: [text(link === null ? about : `${about}, <${escapeSlack(link)}|open>`)] },
    ],
  };
}

function block(mrkdwn: string) {
  return { type: "section", text: text(mrkdwn) };
}

/** Verbatim: names and addresses in it stay text. */
function text(mrkdwn: string) {
  return { type: "mrkdwn", text: mrkdwn, verbatim: true };
}

/** Cut before it is escaped, so that no entity is cut in two. */
function escapeCut(plain: string): string {
  for (let chars_max = TEXT_CHARS_MAX; ; chars_max = Math.floor(chars_max / 2)) {
    const escaped = escapeSlack(cut(plain, chars_max));
    if (escaped.length <= TEXT_CHARS_MAX) return escaped;
  }
}
