// The filter menu: a chip opens it, what is loaded into it takes the focus, and a form that was sent closes it.
const menu = (id) => document.getElementById(id);

document.addEventListener("click", ({ target }) => {
  const opener = target.closest?.("[data-opens]");
  if (!opener) return;
  const opened = menu(opener.dataset.opens);
  // After the click has closed what it closes.
  if (opened) setTimeout(() => (opened.open = true));
});

document.addEventListener("htmx:after:swap", () => {
  document.querySelector("#filter-menu[open] [data-first]:not([data-seen])")?.focus();
  for (const field of document.querySelectorAll("[data-first]")) field.dataset.seen = "";
});

document.addEventListener("submit", ({ target }) => {
  const closed = menu(target.dataset?.closes);
  if (!closed) return;
  closed.open = false;
  closed.querySelector("summary")?.focus();
});
