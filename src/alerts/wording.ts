/** What is said of an alert: a title, and plain sentences made of the numbers that were seen and of nothing else. */
import { formatInstant } from "../catalogue/time.ts";
import type { Kpi, Unit } from "../catalogue/types.ts";
import type { Facts } from "./kinds.ts";
import type { RuleBody } from "./rule.ts";
import { lengthOf, MINUTE, spanText, windowText } from "./windows.ts";

export interface Subject {
  rule: RuleBody;
  /** Of rules about one. */
  kpi: Kpi | null;
  /** As people call it; null for the appliance. */
  place: string | null;
  bot_id: string | null;
  currency: string;
}

/** "Bot success rate below target: seller-bot at Jorge Main". */
export function titleOf({ rule, place, bot_id }: Subject): string {
  const about = [bot_id, place === null ? null : `at ${place}`].filter((word) => word !== null).join(" ");
  return about === "" ? rule.name : `${rule.name}: ${bot_id === null ? (place ?? "") : about}`;
}

/** What is so, in a sentence; without numbers it says that there are none. */
export function sentenceOf(subject: Subject, facts: Facts): string {
  const { rule, kpi, currency } = subject;
  const label = kpi?.label ?? "The value";
  const unit = kpi?.unit ?? "count";
  const say = (name: string, as: Unit = unit): string => figure(facts[name], as, currency);
  switch (rule.kind) {
    case "threshold": {
      const to = rule.value === "target" ? "the target of " : "";
      const than = `${rule.direction === "above" ? "above" : "below"} ${to}${say("threshold")}`;
      return `${label}: ${say("value")} ${windowText(rule.window)}; the rule watches for ${than}.`;
    }
    case "change": {
      const change = Number(facts.change ?? 0);
      const moved = `${change < 0 ? "fell" : "grew"} by ${figure(Math.abs(change), "percent", currency)}`;
      return `${label} ${moved} ${windowText(rule.window)}: ${say("value")} after ${say("previous")} before.`;
    }
    case "anomaly":
      return `${label} was ${say("value")} in the ${rule.grain} from ${String(facts.t ?? "?")}; between ${say("lower")} and ${say("upper")} was expected.`;
    case "forecast_misses_target":
      return `${label} is on its way to ${say("value")} this month against ${say("threshold")}: ${say("so_far")} so far, ${String(facts.days_left ?? "?")} days left.`;
    case "no_data":
      return `${String(facts.events ?? 0)} matching events came ${windowText(rule.window)}.`;
    case "bot_silent": {
      const silent = spanText(Number(facts.silent_minutes ?? 0) * MINUTE);
      const gap = spanText(Number(facts.usual_gap_minutes ?? 0) * MINUTE);
      return `${subject.bot_id ?? "The bot"} has been silent for ${silent}, since ${String(facts.last_event_at ?? "?")}. Its own schedule does not explain that; ${gap} between events is usual.`;
    }
    case "stall":
      return `${String(facts.stalls ?? 0)} stalled ${windowText(rule.window)}.`;
    case "system_health":
      return `${String(facts.checks ?? "A part")}: ${String(facts.status ?? "degraded")}.`;
    case "delivery_failed":
      return `A delivery to ${String(facts.channel_name ?? "a channel")} was given up: ${String(facts.why ?? "")}`;
  }
}

/** What the notice adds for its kind. */
export function textOf(
  subject: Subject,
  facts: Facts,
  said: { kind: string; began_at: number | null; at: number; muted_since: number | null; why: string | null },
): string {
  const { rule } = subject;
  const lasted = said.began_at === null ? "" : spanText(said.at - said.began_at);
  const since = said.began_at === null ? "" : formatInstant(said.began_at);
  const parts: string[] = [];
  if (said.kind === "error") parts.push(`It cannot be evaluated: ${said.why ?? "the question failed."}`);
  else if (said.kind === "no_data") parts.push("There is no value to judge.");
  else if (said.kind === "resolved" && rule.kind === "bot_silent")
    parts.push(`${subject.bot_id ?? "The bot"} was heard again at ${String(facts.last_event_at ?? "?")}.`);
  else parts.push(sentenceOf(subject, facts));
  if (said.kind === "resolved") parts.push(lasted === "" ? "It is over." : `It is over after ${lasted}.`);
  if (said.kind === "repeat") parts.push(`It has been firing for ${lasted}, since ${since}.`);
  if (said.muted_since !== null && said.kind === "firing") parts.push(`It began at ${since}, while it was muted.`);
  else if (said.kind === "firing" && lengthOf(rule.for) > 0)
    parts.push(`It has held for ${spanText(lengthOf(rule.for))}.`);
  if (rule.notes !== "" && said.kind !== "resolved") parts.push(rule.notes);
  return parts.join(" ");
}

function figure(value: Facts[string] | undefined, unit: Unit, currency: string): string {
  if (value === null || value === undefined || typeof value === "boolean") return "nothing";
  const number = Number(value);
  if (!Number.isFinite(number)) return String(value);
  switch (unit) {
    case "percent":
      return `${rounded(number * 100, 1)}%`;
    case "money":
      return `${currency} ${number.toFixed(2).replace(/\B(?=(\d{3})+(?!\d)\.)/g, ",")}`;
    case "duration":
      return number < 1_000 ? `${rounded(number, 1)} ms` : spanOfMs(number);
    default:
      return String(rounded(number, 3));
  }
}

function spanOfMs(ms: number): string {
  return ms < 60_000 ? `${rounded(ms / 1_000, 1)} s` : `${rounded(ms / 60_000, 1)} min`;
}

function rounded(value: number, places: number): number {
  const scale = 10 ** places;
  return Math.round(value * scale) / scale;
}
