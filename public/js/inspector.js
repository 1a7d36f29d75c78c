// What stands beside a page: the focus goes there when it opens, Escape closes it, and the focus comes back to what opened it.
const inspector = () => document.getElementById("inspector");
const place = (element) => element?.getAttribute?.("href") ?? element?.id ?? null;

let open = inspector() !== null;
let opener = null;

document.addEventListener("htmx:before:request", ({ detail }) => {
  if (!inspector()) opener = place(detail?.ctx?.sourceElement ?? document.activeElement);
});

document.addEventListener("htmx:after:swap", () => {
  const now = inspector() !== null;
  if (now && !open) document.getElementById("inspector-title")?.focus({ preventScroll: true });
  if (!now && open && opener) {
    const back = document.querySelector(`[href="${CSS.escape(opener)}"]`) ?? document.getElementById(opener);
    back?.focus({ preventScroll: true });
  }
  open = now;
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented) return;
  if (document.querySelector("dialog[open], details.menu[open]")) return;
  const close = document.querySelector("#inspector [data-close-inspector]");
  if (!close) return;
  event.preventDefault();
  close.click();
});
