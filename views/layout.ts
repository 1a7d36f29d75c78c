import { asset } from "./assets.ts";
import { type Html, html } from "./html.ts";
import { icon, sprite } from "./icons.ts";
import { currentLocale, twelveHours } from "./locale.ts";
import { type NavKey, nav, settingsTabs } from "./nav.ts";
import { csrfField } from "./parts/field.ts";
import { keySheet, palette, searchButton } from "./parts/palette.ts";
import { sharedText, type ViewQuery } from "./parts/query.ts";
import { type Theme, themeMenu } from "./parts/theme-menu.ts";

/** The signed-in person, as the shell shows them. */
export interface ShellUser {
  name: string;
  email: string;
  role: string;
  theme: Theme;
  /** Of their session: every form of the shell carries it. */
  csrf: string;
  /** What they looked at last: pages without filters of their own carry it on. */
  carried?: string;
  /** Alerts that are open and that they may see; left out where the page does not know. */
  open_alerts?: number;
}

export interface LayoutProps {
  title: string;
  user: ShellUser;
  /** Which entry of the navigation this page is; null for none. */
  nav: NavKey | null;
  /** Of a page of figures: the others are shown with the same filters. */
  query?: ViewQuery;
  /** Location, timeframe and comparison, on pages that show figures. */
  controls?: Html;
  /** The state of the connection, on pages that move. */
  live?: Html;
  /** At the foot of the navigation. */
  navFoot?: Html;
  /** Above the page, over its whole width. */
  banner?: Html;
  /** Modules of public/js beside app.js, such as "js/charts.js". */
  scripts?: readonly string[];
  /** What the print says beside the title: location, period, when. */
  body: Html;
  /** Beside the page: the one thing of a list that is looked at. */
  aside?: Html | null;
}

/** The app shell around a page: navigation, top bar, content. */
export function layout({
  title,
  user,
  nav: current,
  query,
  controls,
  live,
  navFoot,
  banner,
  scripts,
  body,
  aside,
}: LayoutProps): Html {
  const admin = user.role === "owner" || user.role === "admin";
  return documentOf({
    title,
    theme: user.theme,
    scripts: ["vendor/htmx.min.js", ...(scripts ?? [])],
    body: html`<a class="skip" href="#content">Skip to content</a>
      <div class="app" data-account="${user.email}">
        ${nav({ current, open_alerts: user.open_alerts, carried: query ? sharedText(query) : (user.carried ?? ""), foot: navFoot })}
        <header class="topbar">
          ${controls}
          <span class="topbar-gap"></span>
          ${searchButton()}
          ${live}
          ${themeMenu({ theme: user.theme, csrf: user.csrf })}
          ${accountMenu(user, admin)}
        </header>
        <div class="main">
          ${banner}
          <main class="page" id="content" tabindex="-1">${settingsTabs(current, admin)}${body}</main>
          ${aside}
        </div>
      </div>
      ${palette()}${keySheet()}`,
  });
}

export interface SetupShellProps {
  title: string;
  /** The list of steps beside the content. */
  steps?: Html;
  body: Html;
  theme?: Theme;
  /** When someone is signed in: their theme is kept with their account. */
  csrf?: string;
  scripts?: readonly string[];
  /** What stands at the foot of the page. */
  foot?: Html;
}

/** The shell of pages before the dashboard: sign-in, setup, the first event, errors. */
export function setupShell({ title, steps, body, theme, csrf, scripts, foot }: SetupShellProps): Html {
  return documentOf({
    title,
    theme: theme ?? "system",
    scripts: scripts ?? [],
    body: html`<div class="setup">
      <header class="setup-top"><a class="brand" href="/"><svg class="brand-mark" aria-hidden="true"><use href="#brand"/></svg><span class="brand-name">Bellwether</span></a>${themeMenu({ theme: theme ?? "system", csrf: csrf ?? null })}</header>
      <main class="setup-main" id="content">${steps}${body}</main>
      <footer class="setup-foot">${foot ?? html`<span>Bellwether · data stays on this machine</span>`}</footer>
    </div>`,
  });
}

interface DocumentProps {
  title: string;
  theme: Theme;
  scripts: readonly string[];
  body: Html;
}

/** theme.js stands before the style sheet and is not deferred: nothing may be painted in the wrong theme first. app.js stands before htmx: it hears the first connection. */
export function documentOf({ title, theme, scripts, body }: DocumentProps): Html {
  return html`<!doctype html>
<html lang="en"${theme !== "system" && html` data-theme="${theme}"`} data-theme-choice="${theme}" data-locale="${currentLocale()}"${twelveHours() && html` data-clock="12"`}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="light dark">
<meta name="htmx-config" content="includeIndicatorCSS:false, history:true">
<title>${title} · Bellwether</title>
<link rel="icon" href="${asset("favicon.svg")}" type="image/svg+xml">
<link rel="apple-touch-icon" href="${asset("icons/apple-touch-180.png")}">
<meta name="theme-color" content="#f6f7f9" media="(prefers-color-scheme: light)">
<meta name="theme-color" content="#0b0d11" media="(prefers-color-scheme: dark)">
<link rel="manifest" href="${asset("manifest.webmanifest")}">
<link rel="preload" href="${asset("fonts/geist-latin.woff2")}" as="font" type="font/woff2" crossorigin>
<script src="${asset("js/theme.js")}"></script>
<link rel="stylesheet" href="${asset("app.css")}">
<script src="${asset("js/app.js")}" type="module"></script>
${scripts.map((path) => html`<script src="${asset(path)}" ${path.startsWith("js/") ? html`type="module"` : html`defer`}></script>`)}
</head>
<body>${sprite}${body}</body>
</html>`;
}

function accountMenu({ name, email, role, csrf }: ShellUser, admin: boolean): Html {
  return html`<details class="menu menu-end">
    <summary class="avatar">${initials(name || email)}<span class="vh">, account of ${name || email}</span></summary>
    <div class="menu-panel">
      <p class="menu-title">${name || email} · ${role}</p>
      <a class="menu-item" href="/settings/account">${icon("i-user")}Your account</a>
      ${admin && html`<a class="menu-item" href="/settings/users">${icon("i-users")}Users</a><a class="menu-item" href="/settings/keys">${icon("i-key-round")}API keys</a>`}<hr class="menu-rule">
      <form method="post" action="/logout">${csrfField(csrf)}<button class="menu-item" type="submit">${icon("i-log-out")}Sign out</button></form>
    </div>
  </details>`;
}

function initials(name: string): string {
  const words = name.split(/[\s@._-]+/).filter((word) => word !== "");
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => [...(word ?? "")][0] ?? "");
  return letters.join("").toUpperCase() || "?";
}
