// Shows what the appliance pushes to this browser, and opens the page it is about at a click. Without a network it opens a page
// that says so. It never keeps a figure: what it has stored is that page and what the page is drawn with. The server writes
// BELLWETHER_VERSION and BELLWETHER_SHELL before it: another version is another worker.
const CACHE = `bellwether-${BELLWETHER_VERSION}`;
const OFFLINE = "/offline";

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll([OFFLINE, ...BELLWETHER_SHELL])));
  self.skipWaiting();
});

self.addEventListener("activate", (event) => event.waitUntil(takeOver()));

async function takeOver() {
  const names = (await caches.keys()).filter((name) => name.startsWith("bellwether-") && name !== CACHE);
  await Promise.all(names.map((name) => caches.delete(name)));
  // The page is asked for while the worker starts: it must cost nothing.
  await self.registration.navigationPreload?.enable();
  await self.clients.claim();
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.mode === "navigate" && request.method === "GET") event.respondWith(page(event));
  else if (BELLWETHER_SHELL.includes(new URL(request.url).pathname)) event.respondWith(shell(request));
});

async function page(event) {
  try {
    return (await event.preloadResponse) ?? (await fetch(event.request));
  } catch {
    return (await caches.match(OFFLINE)) ?? Response.error();
  }
}

async function shell(request) {
  return (await caches.match(request)) ?? fetch(request);
}

self.addEventListener("push", (event) => {
  const { title, body, tag, url, severity, at } = event.data.json();
  event.waitUntil(
    self.registration.showNotification(title, {
      body,
      tag,
      timestamp: Math.floor(at / 1000),
      requireInteraction: severity === "critical",
      icon: "/assets/icons/icon-192.png",
      data: { url },
    }),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(show(event.notification.data.url));
});

async function show(address) {
  // A message may name no page, and never another site.
  const url = new URL(address ?? "/alerts", self.location.origin);
  if (url.origin !== self.location.origin) return;
  const [open] = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  if (!open) return void (await self.clients.openWindow(url.href));
  await open.focus();
  // Only a page that this worker controls may be sent elsewhere.
  await open.navigate(url.href).catch(() => self.clients.openWindow(url.href));
}
