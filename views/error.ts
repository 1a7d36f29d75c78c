import { type Html, html } from "./html.ts";
import { setupShell } from "./layout.ts";

export interface ErrorPageProps {
  status: number;
  title: string;
  detail?: string;
  request_id: string;
}

/** What failed, what still works, one thing to do, and a reference. */
export function errorPage({ status, title, detail, request_id }: ErrorPageProps): Html {
  return setupShell({
    title,
    steps: html`<div></div>`,
    body: html`<div>
      <h1>${title}</h1>
      <p class="lede">${detail}</p>
      <p class="btn-group"><a class="btn btn-primary" href="/">Go to the overview</a></p>
      <p class="dim mt-4">${status} · reference <code>${request_id}</code></p>
    </div>`,
  });
}
