/** Every way to people, by the kind of channel. To add one: a file, and a line. */
import type { ChannelKind } from "../../control/notification-channels.ts";
import { sendDiscord } from "./discord.ts";
import { sendEmail } from "./email.ts";
import { sendPush } from "./push.ts";
import { type Sender, sent } from "./sender.ts";
import { sendSlack } from "./slack.ts";
import { sendWebhook } from "./webhook.ts";

export const SENDERS: Readonly<Record<ChannelKind, Sender>> = {
  webhook: sendWebhook,
  slack: sendSlack,
  discord: sendDiscord,
  email: sendEmail,
  push: sendPush,
  // The page and the live channels show what fires by themselves.
  page: async () => sent({ delivered: true }),
};
