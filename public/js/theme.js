// Runs before the first paint: a page never shows in the wrong theme first. Not a module, so that it blocks.
(() => {
  const root = document.documentElement;
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
