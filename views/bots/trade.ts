import { eventType } from "../../src/catalogue/events.ts";
import type { BotRow } from "../../src/report/bot-performance.ts";
import { nameOf } from "../format.ts";
import { type Html, html } from "../html.ts";
import { type IconName, icon } from "../icons.ts";

type Trade = Pick<BotRow, "kind" | "does">;

/** Of bots whose work has a name of its own, by the type that tells it. */
const NAMED: readonly { type: string; words: string; icon: IconName }[] = [
  { type: "lead_bot_sequence_update", words: "3-7-30 sequences", icon: "i-send" },
  { type: "jorge_qualification_progress", words: "Q1–Q4 qualification", icon: "i-list-filter" },
  { type: "intent_analysis_complete", words: "Intent and urgency", icon: "i-braces" },
  { type: "property_alert", words: "Property alerts", icon: "i-house" },
];

/** What a bot is for, in a few words: those of its trade, else what it reports most. */
export function tradeWords({ does }: Trade): string {
  const named = NAMED.find(({ type }) => does.includes(type));
  if (named) return named.words;
  const most = [...new Set(does.filter((type) => !ASIDE.includes(type)).map(workWords))];
  // Activities are how an employee reports; what else it sends says more.
  const told = most.length > 1 ? most.filter((word) => word !== ACTIVITIES) : most;
  const [first, second] = told;
  if (first === undefined) return "Heartbeats only";
  return second === undefined ? first : `${first}, ${second.toLowerCase()}`;
}

const ACTIVITIES = "Reported activities";
/** What goes along with work of any kind. */
const ASIDE: readonly string[] = ["cost_incurred", "feedback_received", "error_occurred"];

/** Kinds of work, by how their types begin. */
const WORK: readonly (readonly [begins: string, words: string])[] = [
  ["call_", "Calls"],
  ["booking_", "Bookings"],
  ["conversation_", "Conversations"],
  ["ticket_", "Tickets"],
  ["lead_", "Leads"],
  ["ghl_", "CRM"],
  ["task_", "Tasks"],
  ["email_", "E-mails"],
  ["sms_", "Text messages"],
  ["reminder_", "Reminders"],
  ["order_", "Orders"],
  ["payment_", "Payments"],
  ["ai_activity", ACTIVITIES],
];

function workWords(type: string): string {
  return WORK.find(([begins]) => type.startsWith(begins))?.[1] ?? typeWords(type);
}

/** How a type of events is called; what the catalogue does not know by its own name. */
export function typeWords(type: string): string {
  return eventType(type)?.label ?? nameOf(type.replace(/[.:]/g, " "));
}

/** Beside its name: an employee has a letter, a bot of the pipeline the sign of its trade. */
export function botAvatar({ kind, does }: Trade, name: string, large = false): Html {
  const classes = `avatar avatar-sq${large ? " avatar-l" : ""}`;
  if (kind === "employee")
    return html`<span class="${classes}" aria-hidden="true">${[...nameOf(name)][0]?.toUpperCase() ?? ""}</span>`;
  const named = NAMED.find(({ type }) => does.includes(type));
  return html`<span class="${classes}" aria-hidden="true">${icon(named?.icon ?? "i-bot")}</span>`;
}
