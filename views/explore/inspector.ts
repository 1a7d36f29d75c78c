import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import { swapLink } from "../parts/query.ts";

export interface InspectorProps {
  /** What it is, for those who hear it. */
  label: string;
  title: string;
  sub: Html;
  /** The same page without it. */
  close: string;
  body: Html;
  foot?: Html;
}

/** The one thing that is looked at, beside the page; over it where there is little room. js/inspector.js brings the focus here and back. */
export function inspector({ label, title, sub, close, body, foot }: InspectorProps): Html {
  return html`<aside class="inspector" id="inspector" aria-labelledby="inspector-title">
    <header class="insp-head"><div><h2 id="inspector-title" tabindex="-1">${title}</h2><p>${sub}</p></div><a class="btn btn-quiet btn-icon" ${swapLink(close)} data-close-inspector aria-label="Close">${icon("i-x")}</a></header>
    <div class="inspector-body" tabindex="0" role="region" aria-label="${label}">${body}</div>
    ${foot && html`<footer class="insp-foot">${foot}</footer>`}
  </aside>`;
}
