/** The forms of rules as data: which fields a kind has, and what each is. A field that is added here is in the form. */

export type FieldControl = "text" | "number" | "select" | "kpi" | "location" | "check" | "lines" | "days" | "channels";

export interface RuleField {
  name: string;
  label: string;
  control: FieldControl;
  hint?: string;
  options?: readonly { value: string; label: string }[];
  /** Beside the one before it. */
  half?: true;
  optional?: true;
}

export interface RuleKindForm {
  kind: string;
  label: string;
  /** What it watches for. */
  says: string;
  fields: readonly RuleField[];
}

const kpi: RuleField = { name: "kpi", label: "KPI", control: "kpi" };
const bot: RuleField = {
  name: "bot_id",
  label: "Bot",
  control: "text",
  hint: "Its bot_id; empty for all of them.",
  half: true,
  optional: true,
};
const by: RuleField = { name: "by", label: "Each bot for itself", control: "check", optional: true };
const WINDOW = "Such as 15m, 24h or 7d, or today, or month.";
const window: RuleField = { name: "window", label: "Counted over", control: "text", hint: WINDOW, half: true };
const filters: RuleField = {
  name: "filters",
  label: "Only events where",
  control: "lines",
  hint: "One field:op:value a line, such as data.source:eq:portal.",
  optional: true,
};
const select = (name: string, label: string, options: readonly [string, string][]): RuleField => ({
  name,
  label,
  control: "select",
  options: options.map(([value, text]) => ({ value, label: text })),
  half: true,
});
const against = select("against", "Against", [
  ["value", "A number"],
  ["target", "The target in force"],
]);
const moves = select("direction", "Which way", [
  ["either", "Either"],
  ["above", "Up"],
  ["below", "Down"],
]);

export const RULE_FORMS: readonly RuleKindForm[] = [
  {
    kind: "threshold",
    label: "Threshold",
    says: "A KPI is above or below a number or its target",
    fields: [
      kpi,
      select("direction", "Fires when it is", [
        ["below", "Below"],
        ["above", "Above"],
      ]),
      against,
      {
        name: "value",
        label: "Number",
        control: "number",
        hint: "In the KPI's unit: 250000 for money, 42 for milliseconds, 0.04 for 4%.",
        half: true,
        optional: true,
      },
      {
        name: "resolve",
        label: "Over only beyond",
        control: "number",
        hint: "Empty: as soon as it no longer holds.",
        half: true,
        optional: true,
      },
      window,
      bot,
      by,
      filters,
    ],
  },
  {
    kind: "change",
    label: "Change",
    says: "A KPI moved against the period before",
    fields: [
      kpi,
      moves,
      { name: "value", label: "By at least (%)", control: "number", half: true },
      {
        name: "resolve",
        label: "Over only within (%)",
        control: "number",
        hint: "Empty: as soon as it no longer holds.",
        half: true,
        optional: true,
      },
      {
        name: "at_least",
        label: "Says nothing while both are below",
        control: "number",
        hint: "In the KPI's unit.",
        half: true,
        optional: true,
      },
      window,
      bot,
      by,
      filters,
    ],
  },
  {
    kind: "anomaly",
    label: "Anomaly",
    says: "A KPI is unlike all that it did before",
    fields: [
      kpi,
      select("grain", "Looked at by the", [
        ["hour", "Hour"],
        ["day", "Day"],
      ]),
      moves,
      select("min_severity", "At least", [
        ["medium", "Medium"],
        ["high", "High"],
        ["critical", "Critical"],
      ]),
      bot,
      filters,
    ],
  },
  {
    kind: "forecast_misses_target",
    label: "Forecast misses target",
    says: "This month's forecast ends below what it should",
    fields: [
      kpi,
      against,
      {
        name: "value",
        label: "Number",
        control: "number",
        hint: "For the whole month, in the KPI's unit.",
        half: true,
        optional: true,
      },
      {
        name: "margin",
        label: "Says nothing below (%)",
        control: "number",
        hint: "So much it may miss by.",
        half: true,
        optional: true,
      },
      bot,
      filters,
    ],
  },
  {
    kind: "no_data",
    label: "No data",
    says: "No such event has come for a while",
    fields: [
      {
        name: "types",
        label: "Event types",
        control: "lines",
        hint: "One a line, such as lead_created; empty for any event.",
        optional: true,
      },
      { name: "window", label: "None for", control: "text", hint: "Such as 15m, 1h or 2d.", half: true },
      bot,
      filters,
    ],
  },
  {
    kind: "bot_silent",
    label: "Bot silent",
    says: "A bot is silent beyond its own schedule",
    fields: [{ ...bot, hint: "Its bot_id; empty: each of them for itself." }],
  },
  {
    kind: "stall",
    label: "Stalls",
    says: "Conversations stalled",
    fields: [
      { name: "count", label: "At least so many", control: "number", half: true },
      { ...window, hint: "Such as 15m or 1h." },
      bot,
      by,
      filters,
    ],
  },
  {
    kind: "system_health",
    label: "System health",
    says: "A part of the appliance is in trouble",
    fields: [
      {
        name: "checks",
        label: "Checks",
        control: "lines",
        hint: "Names of /health's checks, one a line; empty for any.",
        optional: true,
      },
      select("at_least", "From", [
        ["degraded", "Degraded"],
        ["critical", "Critical"],
      ]),
    ],
  },
  { kind: "delivery_failed", label: "Delivery failed", says: "An alert could not be delivered", fields: [] },
];

/** Kinds about the appliance: they have no location. */
export const WITHOUT_LOCATION: readonly string[] = ["system_health", "delivery_failed"];

export const HEAD_FIELDS: readonly RuleField[] = [
  { name: "name", label: "Name", control: "text" },
  { name: "location_id", label: "Location", control: "location", half: true },
  select("severity", "Severity", [
    ["info", "Info"],
    ["warning", "Warning"],
    ["critical", "Critical"],
  ]),
];

export const TOLD_FIELDS: readonly RuleField[] = [
  { name: "channels", label: "Delivered to", control: "channels", optional: true },
  { name: "notes", label: "What to do when it fires", control: "lines", optional: true },
];

/** What most rules leave as it is. */
export const MORE_FIELDS: readonly RuleField[] = [
  { name: "for", label: "Must hold for", control: "text", hint: "Such as 10m; 0s fires at once.", half: true },
  {
    name: "every",
    label: "Evaluated every",
    control: "text",
    hint: "Empty: by the window.",
    half: true,
    optional: true,
  },
  {
    name: "repeat_every",
    label: "Told again every",
    control: "text",
    hint: "Such as 1h; empty: once.",
    half: true,
    optional: true,
  },
  select("no_data", "Without a value", [
    ["keep", "Stay as it was"],
    ["ok", "Be well"],
    ["firing", "Fire"],
    ["no_data", "Say so"],
  ]),
  {
    name: "group_wait",
    label: "Alerts within make one notice",
    control: "text",
    hint: "Such as 30s; empty: each its own.",
    half: true,
    optional: true,
  },
  {
    name: "quiet_from",
    label: "Not delivered from",
    control: "text",
    hint: "Local time, such as 22:00.",
    half: true,
    optional: true,
  },
  {
    name: "quiet_to",
    label: "until",
    control: "text",
    hint: "It is evaluated all the same.",
    half: true,
    optional: true,
  },
  { name: "quiet_days", label: "On", control: "days", optional: true },
];
