// Shows what the appliance pushes to this browser, and opens the page it is about at a click. It keeps nothing and answers no request.
self.addEventListener("push", (event) => {
  const { title, body, tag, url, severity, at } = event.data.json();
  event.waitUntil(
    self.registration.showNotification(title, {
      body,
      tag,
      timestamp: Math.floor(at / 1000),
      requireInteraction: severity === "critical",
      icon: "/assets/favicon.svg",
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
