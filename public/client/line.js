/**
 * The one socket of a client and what happens when it breaks: again after 1 to 30 s, polling meanwhile, and back by itself.
 * It must never lose a frame without asking for it.
 */
import { createChannel } from "./channel.js";

/** Needs no more than the right to read, so that a channel that is refused does not take the others with it. */
const CARRIER = "health";
const SIGNED_OUT = 4401;
const BACKOFF_MS = { first: 1_000, last: 30_000 };
const FAILURES_UNTIL_POLLING = 5;
const POLL_EVERY_MS = 5_000;
/** Silence is looked into, as a line can break without a word. */
const PING_EVERY_MS = 30_000;
const PONG_WITHIN_MS = 10_000;
/** What another try does not change. */
const FINAL = new Set(["forbidden", "unknown_channel", "too_many_channels"]);

export function createLine(rest, options) {
  const WebSocket = options.WebSocket ?? globalThis.WebSocket;
  const times = { ...BACKOFF_MS, poll: POLL_EVERY_MS, ping: PING_EVERY_MS, pong: PONG_WITHIN_MS, ...options.times };
  const random = options.random ?? Math.random;
  const channels = new Map();
  const listeners = new Set();
  let state = "disconnected";
  let socket = null;
  let failures = 0;
  let retry = null;
  let polling = null;
  let beat = null;
  let silence = null;
  let opening = false;

  function become(next, detail = {}) {
    if (state === next && detail.error === undefined) return;
    state = next;
    for (const listener of listeners) listener({ state, failures, ...detail });
  }

  async function open() {
    if (opening || socket || channels.size === 0) return;
    opening = true;
    if (!polling) become("connecting");
    try {
      const opened = await makeSocket();
      opening = false;
      if (channels.size === 0) opened.close();
      else attend(opened);
    } catch (error) {
      opening = false;
      failed(error);
    }
  }

  async function makeSocket() {
    const address = `${rest.base.replace(/^http/, "ws")}/ws/${CARRIER}`;
    const bearer = await rest.bearer();
    if (bearer === null) return new WebSocket(address);
    if (options.apiKey === undefined) return new WebSocket(address, ["bearer", bearer]);
    // Browsers cannot do this; keys have no business there.
    return new WebSocket(address, { headers: { authorization: `Bearer ${bearer}` } });
  }

  function attend(opened) {
    socket = opened;
    let welcomed = false;
    opened.onopen = () => {
      welcomed = true;
      failures = 0;
      stopPolling();
      beat = setInterval(ping, times.ping);
      if (!channels.has(CARRIER)) say({ type: "unsubscribe", channel: CARRIER });
      for (const { channel, seq } of channels.values()) subscribe(channel, seq);
      become("connected");
    };
    opened.onmessage = ({ data }) => {
      if (socket === opened) hear(JSON.parse(data));
    };
    // What is to be said comes with the close.
    opened.onerror = () => {};
    opened.onclose = ({ code }) => {
      if (socket !== opened) return;
      hangUp();
      if (code === SIGNED_OUT) signedOut();
      else failed(new Error(welcomed ? `the line broke (${code})` : "the line could not be opened"), welcomed);
    };
  }

  async function signedOut() {
    if (await rest.renew().catch(() => false)) open();
    else become("disconnected", { error: new Error("signed out") });
  }

  function failed(error, wasOpen = false) {
    if (channels.size === 0) {
      become("disconnected");
      return;
    }
    failures++;
    if (failures >= FAILURES_UNTIL_POLLING) startPolling();
    if (!polling) become("error", { error });
    // The first time it may be the token that has grown too old: a refused socket does not say.
    if (!wasOpen && failures === 1) rest.renew().catch(() => undefined);
    const wait_ms = Math.min(times.last, times.first * 2 ** (failures - 1)) * (0.5 + random() / 2);
    clearTimeout(retry);
    retry = setTimeout(open, wait_ms);
  }

  function hear(frame) {
    heard();
    const known = frame.channel === null ? undefined : channels.get(frame.channel);
    if (frame.type === "error") {
      const { code } = frame.data;
      if (known && FINAL.has(code)) channels.delete(frame.channel);
      known?.handlers.onError?.(frame.data);
      if (!known) options.onError?.(frame.data);
    } else if (frame.type === "resumed") {
      if (known?.isBehind(frame)) subscribe(known.channel, null);
    } else if (known && typeof frame.seq === "number" && known.take(frame) === "gap")
      say({ type: "resume", channel: known.channel, seq: known.seq });
  }

  function say(message) {
    if (socket?.readyState === 1) socket.send(JSON.stringify(message));
  }

  function subscribe(channel, seq) {
    say({ type: "subscribe", channel, ...(seq === null ? {} : { seq }) });
  }

  function ping() {
    say({ type: "ping" });
    silence ??= setTimeout(() => {
      const silent = socket;
      hangUp();
      silent?.close();
      failed(new Error("the line is silent"), true);
    }, times.pong);
  }

  function heard() {
    clearTimeout(silence);
    silence = null;
  }

  function hangUp() {
    socket = null;
    clearInterval(beat);
    heard();
  }

  function startPolling() {
    if (polling) return;
    polling = setInterval(poll, times.poll);
    become("polling");
    poll();
  }

  function stopPolling() {
    clearInterval(polling);
    polling = null;
  }

  /** The same snapshots over plain HTTP. */
  async function poll() {
    await Promise.all(
      [...channels.values()].map(async (known) => {
        try {
          const path = known.channel.split("/").map(encodeURIComponent).join("/");
          const frame = await rest.request("GET", `/ws/${path}`, { repeatable: false });
          // The socket may have come back meanwhile, and be further.
          if (polling && channels.get(known.channel) === known) known.take(frame);
        } catch (error) {
          known.handlers.onError?.({ code: "poll_failed", detail: String(error.message ?? error) });
        }
      }),
    );
  }

  function leave(known) {
    if (channels.get(known.channel) !== known) return;
    channels.delete(known.channel);
    say({ type: "unsubscribe", channel: known.channel });
    if (channels.size === 0) close();
  }

  function close() {
    channels.clear();
    clearTimeout(retry);
    stopPolling();
    const last = socket;
    hangUp();
    last?.close(1000);
    become("disconnected");
  }

  return {
    subscribe(channel, handlers) {
      if (channels.has(channel)) throw new Error(`${channel} is subscribed to already`);
      const known = createChannel(channel, handlers);
      channels.set(channel, known);
      if (socket) subscribe(channel, null);
      else open();
      return {
        channel,
        get data() {
          return known.data;
        },
        get seq() {
          return known.seq;
        },
        unsubscribe: () => leave(known),
      };
    },
    onState(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    state: () => state,
    close,
  };
}
