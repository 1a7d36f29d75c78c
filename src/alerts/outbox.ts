/**
 * Notices that were decided and are not handed over yet. They are kept with the states that they tell of, so that a restart
 * neither loses one nor says it twice; those of one bundle become one.
 */
import type { WaitingNotice } from "../control/alerts.ts";
import type { Control } from "../control/control.ts";
import { type Notice, type NoticeSeverity, readNotice } from "./notice.ts";
import type { Rule } from "./rule.ts";
import { lengthOf } from "./windows.ts";

/** What the outbox needs of delivery. */
export interface Sender {
  send(notice: Notice, channel_ids: readonly string[]): void;
}

/** What is read of a rule. */
type Bundling = Pick<Rule, "kind" | "group"> & { channels: readonly string[] };
type Kept = Pick<Control, "waitingNotices" | "dropNotices" | "notificationChannel">;

const SEVERITIES: readonly NoticeSeverity[] = ["info", "warning", "critical"];

/**
 * The notice as it waits: once for channels of its location, and once for those of all, so that nothing of two locations is
 * put together for one of them. `after_mute`: what was kept back makes one summary.
 */
export function waitingOf(
  control: Pick<Control, "notificationChannel">,
  rule: Bundling,
  notice: Notice,
  newId: () => string,
  after_mute = false,
): readonly WaitingNotice[] {
  const bound = rule.channels.filter((id) => (control.notificationChannel(id)?.location_id ?? null) !== null);
  const free = rule.channels.filter((id) => !bound.includes(id));
  const lots = [
    { channels: bound, scope: notice.location_id ?? "" },
    {
      channels: free,
      scope: rule.group === null || rule.group.by.includes("location") ? (notice.location_id ?? "") : "",
    },
  ].filter(({ channels }) => channels.length > 0);
  return lots.map(({ channels, scope }, index) => {
    const notice_id = index === 0 ? notice.notice_id : newId();
    const bundle = bundleOf(rule, notice, channels, scope, after_mute);
    const wait = rule.group === null ? 0 : lengthOf(rule.group.wait);
    return { notice_id, due_at: notice.at + wait, bundle, channels, notice: JSON.stringify({ ...notice, notice_id }) };
  });
}

/** Hands over what is due; what was handed over and not struck off is known to delivery by its id. */
export function flushOutbox(control: Kept, sender: Sender, now: number): number {
  let sent = 0;
  for (const waiting of Map.groupBy(control.waitingNotices(now), ({ bundle }) => bundle).values()) {
    const notices = waiting.map(({ notice }) => readNotice(notice));
    const [first] = waiting;
    const [notice] = notices;
    if (!first || !notice) continue;
    sender.send(notices.length === 1 ? notice : together(notices, notice), first.channels);
    control.dropNotices(waiting.map(({ notice_id }) => notice_id));
    sent++;
  }
  return sent;
}

function bundleOf(
  rule: Bundling,
  notice: Notice,
  channels: readonly string[],
  scope: string,
  after_mute: boolean,
): string {
  const over = notice.kind === "resolved";
  if (after_mute) return JSON.stringify(["after mute", notice.at, over, channels, notice.location_id ?? ""]);
  if (rule.group === null) return JSON.stringify([notice.notice_id, channels]);
  return JSON.stringify([channels, scope, rule.group.by.includes("kind") ? rule.kind : "", notice.kind]);
}

/** One notice for several: the worst severity, and each by its title. */
function together(notices: readonly Notice[], first: Notice): Notice {
  const severity = SEVERITIES.findLast((level) => notices.some((one) => one.severity === level)) ?? first.severity;
  const location_id = notices.every((one) => one.location_id === first.location_id) ? first.location_id : null;
  return {
    ...first,
    kind: notices.some(({ kind }) => kind === "firing") ? "firing" : first.kind,
    severity,
    location_id,
    rule_id: notices.every((one) => one.rule_id === first.rule_id) ? first.rule_id : null,
    alert_id: null,
    title: `${notices.length} alerts: ${first.title} and ${notices.length - 1} more`,
    text: notices.map(({ title, text }) => `${title}. ${text}`).join("\n"),
    facts: { alerts: notices.length },
    path: "/alerts",
    group: notices.map(({ rule_id, title }) => ({ rule_id: rule_id ?? "", title })),
  };
}
