/** From a step of a series to what is kept and sent: the alert, what happened to it, and notices. */
import type { AlertChanges, AlertEventRow, AlertRow, WaitingNotice } from "../control/alerts.ts";
import type { Control } from "../control/control.ts";
import type { Entry } from "./entries.ts";
import { isChanged, rowOf } from "./entries.ts";
import type { Facts, Knowledge, Place, Seen } from "./kinds.ts";
import type { Notice } from "./notice.ts";
import { waitingOf } from "./outbox.ts";
import { OF_THE_APPLIANCE, type Rule, timingOf } from "./rule.ts";
import { type Said, step, toldOf } from "./state.ts";
import { type Subject, textOf, titleOf } from "./wording.ts";

/** What one series' evaluation came to. */
export interface Outcome {
  entry: Entry;
  /** The alert as it is now, where it began, changed or ended. */
  alert: AlertRow | null;
  /** It is another state than before: channels are told. */
  moved: boolean;
  changes: AlertChanges;
}

export interface RecordParts {
  control: Pick<Control, "alert" | "notificationChannel" | "location">;
  known: Knowledge;
  newId: () => string;
}

const NOTHING: AlertChanges = { states: [], alerts: [], events: [], notices: [] };
const WORDS: Readonly<Record<string, string>> = { ok: "resolved", firing: "fired", no_data: "no_data", error: "error" };

/** `place` null: of the appliance. */
export function evaluated(
  parts: RecordParts,
  rule: Rule,
  place: Place | null,
  before: Entry,
  seen: Seen,
  t: number,
): Outcome {
  const timezone = place?.timezone ?? "UTC";
  const { state, notices: said } = step(before.state, seen.observation, timingOf(rule, timezone), t);
  const [was, is] = [toldOf(before.state), toldOf(state)];
  const opens = is !== "ok" && before.alert_id === null;
  const alert_id = opens ? parts.newId() : before.alert_id;
  const next: Entry = { ...before, state, alert_id: is === "ok" ? null : alert_id };
  if (!isChanged(before, next)) return { entry: next, alert: null, moved: false, changes: NOTHING };
  const subject = subjectOf(parts, rule, place, before.part);
  const why = seen.observation.kind === "error" ? seen.observation.why : null;
  const known = alert_id === null ? null : parts.control.alert(alert_id);
  const began_at = known?.began_at ?? t;
  const words = (kind: string, muted_since: number | null): string =>
    textOf(subject, seen.facts, { kind, began_at: before.state.fired_at ?? began_at, at: t, muted_since, why });
  const moved = was !== is;
  const touched =
    alert_id !== null &&
    (moved || state.peak !== before.state.peak || state.snoozed_until !== before.state.snoozed_until);
  const alert: AlertRow | null = !touched
    ? null
    : {
        alert_id,
        rule_id: rule.rule_id,
        kind: rule.kind,
        name: rule.name,
        location_id: before.location_id,
        bot_id: subject.bot_id,
        acknowledged_by: known?.acknowledged_by ?? null,
        acknowledged_at: known?.acknowledged_at ?? null,
        severity: rule.severity,
        state: is === "ok" ? "resolved" : is,
        title: titleOf(subject),
        // What it was about stays to be read once it is over.
        text: moved && is !== "ok" ? words(is, null) : (known?.text ?? words(is, null)),
        facts: moved && is !== "ok" ? seen.facts : (known?.facts ?? seen.facts),
        peak: state.peak ?? known?.peak ?? null,
        began_at,
        ended_at: is === "ok" ? t : null,
        snoozed_until: is === "ok" ? null : state.snoozed_until,
      };
  const events: Omit<AlertEventRow, "event_id">[] = [];
  if (moved && alert_id !== null)
    events.push({
      alert_id,
      at: t,
      what: WORDS[is] ?? is,
      who: null,
      note: words(is === "ok" ? "resolved" : is, null),
    });
  const notices: WaitingNotice[] = [];
  for (const one of said) {
    const told_id = alert_id ?? before.alert_id;
    const notice = noticeOf(
      rule,
      subject,
      before.location_id,
      told_id,
      seen.facts,
      one,
      t,
      words(one.kind, one.muted_since),
      parts.newId(),
    );
    notices.push(...waitingOf(parts.control, rule, notice, parts.newId, one.muted_since !== null));
    if (told_id !== null && rule.channels.length > 0)
      events.push({ alert_id: told_id, at: t, what: "notified", who: null, note: one.kind });
  }
  const muted = state.muted_since !== null && before.state.muted_since === null;
  if (muted && alert_id !== null) events.push({ alert_id, at: t, what: "muted", who: null, note: null });
  return {
    entry: next,
    alert,
    moved,
    changes: { states: [rowOf(next)], alerts: alert ? [alert] : [], events, notices },
  };
}

export function subjectOf(
  { control, known }: Pick<RecordParts, "control" | "known">,
  rule: Rule,
  place: Place | null,
  part: string,
): Subject {
  const kpi = "kpi" in rule && place ? known.kpiOf(place.location_id, rule.kpi) : null;
  return {
    rule,
    kpi,
    place: place && (control.location(place.location_id)?.name ?? place.location_id),
    bot_id: part === "" || OF_THE_APPLIANCE.has(rule.kind) ? null : part,
    currency: place?.currency ?? "USD",
  };
}

function noticeOf(
  rule: Rule,
  subject: Subject,
  location_id: string | null,
  alert_id: string | null,
  facts: Facts,
  { kind }: Said,
  at: number,
  text: string,
  notice_id: string,
): Notice {
  return {
    notice_id,
    kind,
    at,
    severity: rule.severity,
    location_id,
    rule_id: rule.rule_id,
    rule_name: rule.name,
    alert_id,
    title: titleOf(subject),
    text,
    facts: { ...facts, ...(subject.bot_id === null ? {} : { bot_id: subject.bot_id }) },
    path: alert_id === null ? "/alerts" : `/alerts?id=${alert_id}`,
  };
}
