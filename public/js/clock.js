// Ages count by themselves between pushes. The server's clock is the measure: a browser's may be wrong.
let ahead_ms = 0;
let heard = "";

/** What the newest figures say of the time. */
function listen() {
  const pulse = document.getElementById("pulse");
  const asOf = Number(pulse?.dataset.asOf ?? 0);
  if (!asOf || pulse.dataset.asOf === heard) return;
  heard = pulse.dataset.asOf;
  ahead_ms = Date.now() - asOf;
}

function age(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

function write(selector, text) {
  for (const element of document.querySelectorAll(selector))
    if (element.textContent !== text) element.textContent = text;
}

const opened = Date.now();

function tick() {
  listen();
  const pulse = document.getElementById("pulse");
  const now = Date.now() - ahead_ms;
  const last = Number(pulse?.dataset.lastEvent ?? 0);
  write("[data-live-age]", last ? age(now - last) : "");
  write("[data-live-event]", last ? `${age(now - last)} ago` : "None in the last day");
  write("[data-live-figures]", heard ? `${age(now - Number(heard))} ago` : "–");
  for (const element of document.querySelectorAll("[data-ago]")) {
    const text = `${age(now - Number(element.dataset.ago))} ago`;
    if (element.textContent !== text) element.textContent = text;
  }
  const waited = Math.floor((Date.now() - opened) / 1000);
  write("[data-elapsed]", `${Math.floor(waited / 60)}:${String(waited % 60).padStart(2, "0")}`);
}

tick();
setInterval(tick, 1000);
document.addEventListener("htmx:after:swap", tick);
