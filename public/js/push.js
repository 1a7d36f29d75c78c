// <div data-push> holds a button and a line of text: whether this browser takes messages of alerts, and the way to change it.
const WORKER = "/service-worker.js";
const SUBSCRIPTIONS = "/api/alerts/push-subscriptions";

const WORDS = {
  unsupported: ["", "This browser takes no messages."],
  insecure: ["", "This page was not opened over TLS, and browsers take messages only so."],
  denied: ["", "Messages of this site are blocked in this browser's settings."],
  off: ["Send alerts to this browser", "Off."],
  on: ["Stop alerts to this browser", "Alerts that notify browsers are shown here, also when no page is open."],
};

for (const place of document.querySelectorAll("[data-push]")) start(place);

async function start(place) {
  const button = place.querySelector("button");
  const text = place.querySelector("[data-push-text]");
  const show = (state) => {
    const [label, words] = WORDS[state];
    button.hidden = label === "";
    button.textContent = label;
    button.dataset.state = state;
    text.textContent = words;
  };
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await (button.dataset.state === "on" ? stop() : subscribe());
      show(await stateNow());
    } catch (error) {
      text.textContent = `That did not work: ${error.message}`;
    }
    button.disabled = false;
  });
  show(await stateNow());
}

async function stateNow() {
  if (!isSecureContext) return "insecure";
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) return "unsupported";
  if (Notification.permission === "denied") return "denied";
  return (await subscription()) ? "on" : "off";
}

async function subscription() {
  const registration = await navigator.serviceWorker.getRegistration("/");
  return (await registration?.pushManager.getSubscription()) ?? null;
}

async function subscribe() {
  if ((await Notification.requestPermission()) !== "granted") return;
  const { key } = await asked("/api/alerts/push-key", {});
  const registration = await navigator.serviceWorker.register(WORKER, { scope: "/" });
  await navigator.serviceWorker.ready;
  const made = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  try {
    await kept(made);
  } catch (error) {
    // What the appliance does not know of would wait for messages that never come.
    await made.unsubscribe();
    throw error;
  }
}

async function stop() {
  const made = await subscription();
  if (!made) return;
  const { subscription_id } = await kept(made);
  await asked(`${SUBSCRIPTIONS}/${subscription_id}`, { method: "DELETE" });
  await made.unsubscribe();
}

/** A known one keeps its id. */
function kept(made) {
  const { endpoint, keys } = made.toJSON();
  const headers = { "content-type": "application/json" };
  return asked(SUBSCRIPTIONS, { method: "POST", headers, body: JSON.stringify({ endpoint, keys }) });
}

async function asked(path, options) {
  const response = await fetch(path, options);
  if (response.status === 204) return null;
  const body = await response.json();
  if (!response.ok) throw new Error(body.detail ?? body.title);
  return body;
}
