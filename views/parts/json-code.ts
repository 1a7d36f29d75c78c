import { type Html, html } from "../html.ts";
import { indented } from "./json.ts";

/** JSON as it is, over several lines, its parts told apart by colour. */
export function jsonCode(value: unknown, label: string): Html {
  const text = indented(JSON.stringify(value));
  return html`<pre class="code" tabindex="0" role="group" aria-label="${label}">${[...text.matchAll(TOKEN)].map(([token]) => coloured(token))}</pre>`;
}

/** A key with its colon, a text, a word or number, and whatever stands between. */
const TOKEN = /"(?:[^"\\]|\\.)*"(?=:)|"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|[^"\-\dtfn]+|./gsu;

function coloured(token: string): Html {
  const kind = token.startsWith('"') ? "s" : /^(-?\d|true$|false$|null$)/.test(token) ? "n" : null;
  return kind === null ? html`${token}` : html`<span class="${kind}">${token}</span>`;
}
