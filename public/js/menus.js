// Menus are <details class="menu">: they open without script. This closes them as people expect, and gives links that are
// buttons the keys of a button.
const menus = () => document.querySelectorAll("details.menu[open]");

document.addEventListener(
  "toggle",
  ({ target }) => {
    if (!target.matches?.("details.menu[open]")) return;
    for (const menu of menus()) if (menu !== target) menu.open = false;
  },
  true,
);

document.addEventListener("click", ({ target }) => {
  const chosen = target.closest?.(".menu-panel a:not([data-stay])");
  for (const menu of menus()) if (chosen || !menu.contains(target)) menu.open = false;
});

// On phones the last entry of the navigation opens the rest of it.
document.addEventListener("click", (event) => {
  const more = event.target.closest?.("[data-nav-more]");
  const nav = document.getElementById("nav");
  if (!nav) return;
  if (more) event.preventDefault();
  showNav(nav, more !== null && more !== undefined && !("open" in nav.dataset));
});

function showNav(nav, open) {
  nav.toggleAttribute("data-open", open);
  nav.querySelector("[data-nav-more]").setAttribute("aria-expanded", String(open));
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const nav = document.querySelector(".nav[data-open]");
    if (nav) {
      showNav(nav, false);
      nav.querySelector("[data-nav-more]").focus();
      return;
    }
    const [menu] = menus();
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  }
  if (event.key === " " && event.target.matches?.("a[role=button]")) {
    event.preventDefault();
    event.target.click();
  }
});

// A menu, a table of values that someone opened stays open when its panel is pushed anew. htmx is not there yet.
document.addEventListener(
  "htmx:before:swap",
  () => {
    htmx.registerExtension("bw-open", {
      htmx_before_morph_attr: (element, { attrName }) => !(attrName === "open" && element.tagName === "DETAILS"),
    });
  },
  { once: true },
);
