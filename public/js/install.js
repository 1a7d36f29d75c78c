// The worker that opens a page without a network, and since when there is none. Only where browsers allow one: over TLS.
const KEPT = "bw:heard";

if ("serviceWorker" in navigator && isSecureContext) {
  // After the page: it must not compete with it.
  addEventListener("load", () => navigator.serviceWorker.register("/service-worker.js").catch(() => {}));
}

/** The appliance was there. Written seldom: it is told to a person, in minutes. The page without a network does not hear it. */
function heard() {
  if (document.querySelector("[data-heard]")) return;
  if (Date.now() - Number(localStorage.getItem(KEPT) ?? 0) > 15_000) localStorage.setItem(KEPT, String(Date.now()));
}

heard();
document.addEventListener("htmx:after:swap", heard);
