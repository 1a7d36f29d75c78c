// Runs before the first paint: a page never shows in the wrong theme first. Not a module, so that it blocks.
(() => {
  const root = document.documentElement;
  /** As --bg of tokens.css. */
  const GROUNDS = { light: "#f6f7f9", dark: "#0b0d11", contrast: "#000000" };
  const NAMES = ["system", "light", "dark", "contrast"];

  /** The account's choice when the server knows it, else the cookie's. */
  const choice = () => {
    const kept = /(?:^|; )bw_theme=([a-z]+)/.exec(document.cookie)?.[1];
    const given = root.dataset.themeChoice;
    if (given && given !== "system") return given;
    return NAMES.includes(kept) ? kept : "system";
  };

  const show = (theme) => {
    const wanted = theme === "system" && matchMedia("(prefers-contrast: more)").matches ? "contrast" : theme;
    if (wanted === "system") delete root.dataset.theme;
    else root.dataset.theme = wanted;
    root.dataset.themeChoice = theme;
    // The frame around an installed app is of the theme as well; without a choice the media queries of the page decide.
    for (const meta of document.querySelectorAll("meta[name=theme-color]")) {
      meta.dataset.own ??= meta.content;
      meta.content = GROUNDS[wanted] ?? meta.dataset.own;
    }
    for (const button of document.querySelectorAll("[data-set-theme]")) {
      button.setAttribute("aria-pressed", String(button.dataset.setTheme === theme));
    }
    dispatchEvent(new Event("bw:theme"));
  };

  const keep = (theme, form) => {
    const secure = location.protocol === "https:" ? "; Secure" : "";
    // biome-ignore lint/suspicious/noDocumentCookie: cookieStore is missing in Firefox.
    document.cookie = `bw_theme=${theme}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
    if (!form) return;
    const body = new URLSearchParams(new FormData(form));
    body.set("theme", theme);
    // Failing is harmless: the cookie holds the choice on this browser.
    fetch(form.action, { method: "POST", body, headers: { "hx-request": "true" } }).catch(() => {});
  };

  // Paper is light, and what is drawn on canvases has to be drawn anew for it.
  const printing = (on) => {
    if (!on) return show(choice());
    root.dataset.theme = "light";
    dispatchEvent(new Event("bw:theme"));
  };
  addEventListener("beforeprint", () => printing(true));
  addEventListener("afterprint", () => printing(false));
  matchMedia("print").addEventListener("change", ({ matches }) => printing(matches));

  show(choice());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => dispatchEvent(new Event("bw:theme")));
  document.addEventListener("DOMContentLoaded", () => show(choice()));
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-set-theme]");
    if (!button) return;
    event.preventDefault();
    show(button.dataset.setTheme);
    keep(button.dataset.setTheme, button.closest("form"));
  });
})();
