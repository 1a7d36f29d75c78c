import { type Html, html } from "../html.ts";
import { type GlyphName, glyph, icon } from "../icons.ts";

const STATES: Readonly<Record<string, { word: string; glyph: GlyphName | null; tone: string }>> = {
  firing: { word: "Firing", glyph: "g-error", tone: "bad" },
  no_data: { word: "No data", glyph: "g-idle", tone: "idle" },
  error: { word: "Error", glyph: "g-offline", tone: "bad" },
  pending: { word: "Pending", glyph: "g-idle", tone: "idle" },
  resolved: { word: "Over", glyph: null, tone: "active" },
  ok: { word: "Well", glyph: null, tone: "active" },
  delivered: { word: "Delivered", glyph: null, tone: "active" },
  waiting: { word: "Waiting", glyph: "g-idle", tone: "idle" },
  failed: { word: "Failed", glyph: "g-offline", tone: "bad" },
  dropped: { word: "Dropped", glyph: "g-offline", tone: "dim" },
};

/** A state of an alert, a series or a delivery: a shape and a word. */
export function stateMark(state: string): Html {
  const known = STATES[state] ?? { word: state, glyph: null, tone: "" };
  return html`<span class="status status-${known.tone}">${known.glyph === null ? icon("i-check", "i i-s") : glyph(known.glyph)}${known.word}</span>`;
}

const SEVERITIES: Readonly<Record<string, { word: string; tone: string }>> = {
  info: { word: "Info", tone: "" },
  medium: { word: "Medium", tone: "warn" },
  warning: { word: "Warning", tone: "warn" },
  high: { word: "High", tone: "bad" },
  critical: { word: "Critical", tone: "bad" },
};

/** How bad it is, in a word; critical has a shape as well. */
export function severityTag(severity: string): Html {
  const { word, tone } = SEVERITIES[severity] ?? { word: severity, tone: "" };
  return html`<span class="tag${tone !== "" && ` tag-${tone}`}">${severity === "critical" && icon("i-triangle-alert", "i i-s")}${word}</span>`;
}
