/**
 * The escaping tag: text and quoted attributes only.
 * Never interpolate into scripts, Alpine expressions or unchecked URLs; data travels in data-* attributes.
 */
export class Html {
  constructor(readonly text: string) {}
  toString(): string {
    return this.text;
  }
}

type Part = Html | string | number | boolean | null | undefined | readonly Part[];

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

export function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ESCAPES[char] ?? char);
}

function render(part: Part): string {
  if (part === null || part === undefined || part === false || part === true) return "";
  if (part instanceof Html) return part.text;
  if (typeof part === "object") return part.map(render).join("");
  return escapeText(String(part));
}

/** Tagged template: every interpolation is escaped unless it is Html already; null, undefined and booleans render nothing. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let text = strings[0] ?? "";
  for (let i = 0; i < parts.length; i++) text += render(parts[i]) + (strings[i + 1] ?? "");
  return new Html(text);
}

/** Markup that this project wrote itself (an icon, a vendored file). Never with anything a user sent. */
export function trusted(text: string): Html {
  return new Html(text);
}
