import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import type { ShellUser } from "../layout.ts";
import { docsShell } from "./shell.ts";

export interface ParameterProps {
  name: string;
  where: "path" | "query";
  required: boolean;
  /** In words: "24h, 7d, 30d …", "text, at most 64 characters". */
  type: string;
  description: string;
  example: string;
}

export interface OperationProps {
  id: string;
  method: string;
  path: string;
  summary: string;
  description: string;
  /** Who may ask, in words. */
  access: string;
  parameters: readonly ParameterProps[];
  /** JSON to begin with; null when nothing is sent. */
  body: string | null;
  /** Fields of the body. */
  fields: readonly FieldProps[];
  answers: readonly { status: string; description: string; schema: string | null }[];
  examples: readonly { language: string; label: string; text: string }[];
}

export interface FieldProps {
  path: string;
  required: boolean;
  type: string;
  description: string;
}

export interface ApiPageProps {
  user: ShellUser | null;
  groups: readonly { name: string; description: string; operations: readonly OperationProps[] }[];
  channels: readonly { path: string; what: string }[];
}

/** Every route, grouped, each with its parameters, answers, examples and a form to try it. */
export function apiDocsPage({ user, groups, channels }: ApiPageProps): Html {
  return docsShell({
    user,
    tab: "api",
    title: "API",
    lede: "Everything the dashboard can do, over HTTP and WebSocket. Made from the program itself.",
    body: html`<div class="doc-cols">
      <nav class="doc-index" aria-label="Operations">${groups.map(
        ({ name, operations }) =>
          html`<h2>${name}</h2><ul>${operations.map(
            ({ id, method, path }) =>
              html`<li><a href="#${id}"><span class="doc-method">${method}</span><code>${path}</code></a></li>`,
          )}</ul>`,
      )}${channels.length > 0 && html`<h2>Channels</h2><ul><li><a href="#channels">WebSocket</a></li></ul>`}</nav>
      <div class="doc-body">
        ${user === null && keyField()}
        ${groups.map(
          ({ name, description, operations }) => html`<section class="doc-group" aria-label="${name}">
            <h2>${name}</h2><p class="doc-lede">${description}</p>
            ${operations.map((one) => operation(one, user !== null))}
          </section>`,
        )}
        ${channels.length > 0 && channelTable(channels)}
      </div>
    </div>`,
  });
}

function keyField(): Html {
  return html`<div class="field doc-key needs-script">
    <label for="docs-key">API key to try requests with</label>
    <input class="input" id="docs-key" type="password" autocomplete="off" spellcheck="false" placeholder="bw_…">
    <p class="hint">Stays in this page. Or sign in, then your own rights count.</p>
  </div>`;
}

function operation(props: OperationProps, signedIn: boolean): Html {
  const { id, method, path, summary, description, access, answers } = props;
  return html`<details class="doc-op" id="${id}">
    <summary><span class="doc-method">${method}</span><code>${path}</code><span class="doc-sum">${summary}</span></summary>
    <div class="doc-op-body">
      ${description !== "" && html`<p>${description}</p>`}
      <p class="doc-access">${access}</p>
      ${parameterTable(props)}
      ${fieldTable(props)}
      <h3>Answers</h3>
      ${answers.map(
        ({ status, description: what, schema }) =>
          html`<details class="doc-answer"><summary><span class="tag">${status}</span> ${what}</summary>${schema === null ? html`<p class="doc-lede">No body to describe.</p>` : html`<pre class="code" tabindex="0"><code>${schema}</code></pre>`}</details>`,
      )}
      ${examples(props)}
      ${tryForm(props, signedIn)}
    </div>
  </details>`;
}

function parameterTable({ id, parameters }: OperationProps): Html | null {
  if (parameters.length === 0) return null;
  return html`<h3 id="${id}-params">Parameters</h3>
    <div class="table-scroll" tabindex="0" role="group" aria-labelledby="${id}-params"><table class="table">
    <thead><tr><th scope="col">Name</th><th scope="col">In</th><th scope="col">Type</th><th scope="col">What</th></tr></thead>
    <tbody>${parameters.map(
      ({ name, where, required, type, description }) =>
        html`<tr><td><code>${name}</code>${required && html` <span class="tag">needed</span>`}</td><td>${where}</td><td>${type}</td><td>${description}</td></tr>`,
    )}</tbody></table></div>`;
}

function fieldTable({ id, fields }: OperationProps): Html | null {
  if (fields.length === 0) return null;
  return html`<h3 id="${id}-fields">Body</h3>
    <div class="table-scroll" tabindex="0" role="group" aria-labelledby="${id}-fields"><table class="table">
    <thead><tr><th scope="col">Field</th><th scope="col">Type</th><th scope="col">What</th></tr></thead>
    <tbody>${fields.map(
      ({ path, required, type, description }) =>
        html`<tr><td><code>${path}</code>${required && html` <span class="tag">needed</span>`}</td><td>${type}</td><td>${description}</td></tr>`,
    )}</tbody></table></div>`;
}

function examples({ id, examples: all }: OperationProps): Html | null {
  if (all.length === 0) return null;
  return html`<h3>Examples</h3>${all.map(
    ({
      language,
      label,
      text,
    }) => html`<details class="doc-answer"${language === "curl" && html` open`}><summary>${label}</summary>
      <div class="codebox"><div class="codebox-head"><span></span><button class="btn btn-small needs-script" type="button" data-copy="#${id}-${language}">${icon("i-copy", "i i-s")}<span>Copy</span></button></div>
      <pre class="code" tabindex="0"><code id="${id}-${language}">${text}</code></pre></div></details>`,
  )}`;
}

function tryForm({ id, method, path, parameters, body }: OperationProps, signedIn: boolean): Html {
  return html`<form class="doc-try needs-script" data-try data-method="${method}" data-path="${path}"${signedIn && html` data-session`}>
    <h3>Try it</h3>
    <div class="doc-fields">${parameters.map(
      ({ name, where, required, example }) => html`<div class="field"><label for="${id}-in-${name}">${name}</label>
        <input class="input" id="${id}-in-${name}" name="${name}" data-in="${where}" value="${example}" autocomplete="off"${required && html` required`}></div>`,
    )}</div>
    ${body !== null && html`<div class="field"><label for="${id}-in-body">Body</label><textarea class="input doc-json" id="${id}-in-body" name="body" rows="8" spellcheck="false">${body}</textarea></div>`}
    <div class="doc-send"><button class="btn btn-primary" type="submit">Send ${method}</button><span class="doc-status" role="status"></span></div>
    <pre class="code doc-result" tabindex="0" hidden><code></code></pre>
  </form>`;
}

function channelTable(channels: ApiPageProps["channels"]): Html {
  return html`<section class="doc-group" id="channels" aria-labelledby="channels-h">
    <h2 id="channels-h">WebSocket channels</h2>
    <p class="doc-lede">JSON frames <code>{"type","channel","location_id","seq","ts","data"}</code>: a snapshot first, then what changed. Sign in with the session cookie, <code>?token=</code> or the subprotocol <code>bearer, &lt;token&gt;</code>. Send <code>{"type":"resume","seq":n}</code> after a reconnect.</p>
    <div class="table-scroll" tabindex="0" role="group" aria-labelledby="channels-h"><table class="table">
    <thead><tr><th scope="col">Address</th><th scope="col">What it carries</th></tr></thead>
    <tbody>${channels.map(({ path, what }) => html`<tr><td><code>${path}</code></td><td>${what}</td></tr>`)}</tbody></table></div>
  </section>`;
}
