// Stalls and alerts that come up while a page is open: three at most at once, and said once to those who listen.
const SHOWN_MAX = 3;
const LASTS_MS = 10_000;
const KEPT = "bw:toasts";

/** The server's clock when this page was opened: what came up before is on the page. */
let opened_at = 0;
const waiting = [];
const seen = new Set(JSON.parse(sessionStorage.getItem(KEPT) ?? "[]"));
const timers = new Map();

const place = () => document.getElementById("toasts");
const list = () => place()?.querySelector("ol");
const isHeld = () => place()?.matches(":hover, :focus-within") || document.hidden;

function look() {
  const source = document.getElementById("toast-source");
  if (!source?.dataset.now) return;
  opened_at ||= Number(source.dataset.now);
  const fresh = [...source.children].filter(
    ({ dataset }) => Number(dataset.at) >= opened_at && !seen.has(dataset.toast),
  );
  if (fresh.length === 0) return;
  for (const item of fresh) {
    seen.add(item.dataset.toast);
    waiting.push(item.cloneNode(true));
  }
  sessionStorage.setItem(KEPT, JSON.stringify([...seen].slice(-100)));
  const said = fresh.map((item) => item.querySelector("[data-toast-text]").textContent.trim());
  place().querySelector("[role=status]").textContent =
    said.length > SHOWN_MAX ? `${said.length} new notices` : said.join(". ");
  fill();
}

function fill() {
  const shown = list();
  if (!shown) return;
  while (shown.children.length < SHOWN_MAX && waiting.length > 0) {
    const toast = waiting.shift();
    shown.append(toast);
    if (toast.dataset.stays === undefined) last(toast);
  }
  const more = place().querySelector("[data-toast-more]");
  more.hidden = waiting.length === 0;
  more.querySelector("span").textContent = `and ${waiting.length} more`;
}

/** Its time does not run while somebody reads. */
function last(toast) {
  const timer = setTimeout(() => (isHeld() ? last(toast) : close(toast)), LASTS_MS);
  timers.set(toast, timer);
}

function close(toast) {
  clearTimeout(timers.get(toast));
  timers.delete(toast);
  const next = toast.contains(document.activeElement)
    ? (toast.nextElementSibling ?? toast.previousElementSibling)
    : null;
  toast.remove();
  fill();
  next?.querySelector("[data-toast-close]")?.focus();
}

document.addEventListener("click", ({ target }) => {
  const toast = target.closest?.("#toasts li");
  if (toast && target.closest("[data-toast-close]")) close(toast);
  if (!target.closest?.("[data-toast-clear]")) return;
  waiting.length = 0;
  for (const one of [...list().children]) close(one);
});
document.addEventListener("keydown", (event) => {
  const toast = event.key === "Escape" ? document.activeElement?.closest("#toasts li") : null;
  if (toast) close(toast);
});
document.addEventListener("htmx:after:swap", look);

/** Of the page itself: something that was asked for did not work. */
export function say(title, text) {
  const item = document.getElementById("toast-plain")?.content.firstElementChild.cloneNode(true);
  if (!item || !place()) return;
  item.querySelector("b").textContent = title;
  item.querySelector("[data-toast-detail]").textContent = text;
  waiting.unshift(item);
  place().querySelector("[role=status]").textContent = `${title} ${text}`;
  fill();
}
