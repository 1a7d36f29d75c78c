import { type Html, html } from "./html.ts";
import { setupShell } from "./layout.ts";

export interface ErrorPageProps {
  status: number;
  title: string;
  detail?: string;
  request_id: string;
  /** Where what was sent is wrong, and what to do about it. */
  errors?: readonly { field: string | null; detail: string }[];
  /** Who may give the right that was missing; left out where that is not what failed. */
  ask?: readonly { name: string; email: string; role: string }[];
  /** Where to go on from here. */
  back?: { href: string; label: string };
}

const OVERVIEW = { href: "/", label: "Go to the overview" };

/** So many are enough to find one who answers. */
const NAMED_MAX = 3;

/** What failed, what still works, one thing to do, and a reference. */
export function errorPage({
  status,
  title,
  detail,
  errors = [],
  request_id,
  ask,
  back = OVERVIEW,
}: ErrorPageProps): Html {
  return setupShell({
    title,
    steps: html`<div></div>`,
    body: html`<div>
      <h1>${title}</h1>
      <p class="lede">${errors.length > 0 ? "Something that was sent is wrong:" : detail}</p>
      ${errors.length > 0 && html`<ul class="stack mb-3">${errors.map(({ field, detail: fault }) => html`<li>${field !== null && html`<code>${field}</code>: `}${fault}</li>`)}</ul>`}
      ${ask !== undefined && ask.length > 0 && html`<p class="mb-3">Ask ${ask.slice(0, NAMED_MAX).map(({ name, email, role }, place) => html`${place > 0 && " or "}<a class="link" href="mailto:${email}">${name || email}</a> (${role})`)} for it: they can change what you see and may do.</p>`}
      <p class="btn-group"><a class="btn btn-primary" href="${back.href}">${back.label}</a></p>
      <p class="dim mt-4">${status} · reference <code>${request_id}</code></p>
    </div>`,
  });
}
