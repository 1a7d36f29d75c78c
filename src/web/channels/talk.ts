/** What is said on one socket: which channels it listens to, and the answers to what its client says. */
import { formatInstant } from "../../catalogue/time.ts";
import type { Caller } from "../../control/types.ts";
import type { Listener, Place } from "../../live/channels.ts";
import { Problem } from "../errors.ts";
import type { Parts } from "../parts.ts";
import { looseFrame, type Message, messageOf, type Refusal } from "./messages.ts";
import { type ChannelSources, channelNamed, type Named, requireChannel, seesWhole } from "./sources.ts";

/** "Policy violation" (RFC 6455). */
const TALKS_TOO_MUCH = 1008;
/** Refused messages in a row after which the client is cut off. */
const REFUSED_MAX = 100;

export interface Talk {
  subscribe(named: Named, seq: number | null): void;
  hear(heard: unknown): void;
  /** The caller's rights are others now. */
  changed(caller: Caller): void;
  drained(): void;
  close(): void;
}

interface Joined {
  named: Named;
  place: Place;
}

/** `first`: the channel that the socket was opened for. */
export function startTalk(
  parts: Parts,
  sources: ChannelSources,
  listener: Listener,
  { caller: opener, first }: { caller: Caller; first: Named },
): Talk {
  const { live_channels_per_socket_max, live_messages_per_s } = parts.settings;
  const joined = new Map<string, Joined>();
  let caller = opener;
  let allowance = live_messages_per_s * 2;
  let counted_at = parts.now();
  let refused = 0;

  const say = (type: string, channel: string | null, data: object): void =>
    listener.send(looseFrame(type, channel, formatInstant(parts.now()), data));
  const refuse = ({ channel, ...data }: Refusal): void => say("error", channel ?? null, data);

  function subscribe(named: Named, seq: number | null): Refusal | null {
    const { channel } = named;
    const known = joined.get(channel);
    if (known) {
      // Once more: what it missed, or everything anew.
      if (seq === null) known.place.snapshot();
      else known.place.resume(seq);
      return null;
    }
    if (joined.size >= live_channels_per_socket_max)
      return { code: "too_many_channels", channel, detail: "Open another connection for more channels." };
    const refusal = refusalOf(named);
    if (!refusal) joined.set(channel, { named, place: sources.join(named, caller, listener, seq) });
    return refusal;
  }

  /** Why the caller may not listen to it; null when they may. */
  function refusalOf(named: Named): Refusal | null {
    try {
      requireChannel(parts, caller, named);
      return null;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const code = error.body.status === 404 ? "unknown_channel" : "forbidden";
      return { code, channel: named.channel, detail: error.body.detail ?? error.body.title };
    }
  }

  const answers: { [Type in Message["type"]]: (message: Extract<Message, { type: Type }>) => Refusal | null } = {
    ping({ id }) {
      say("pong", null, id === undefined ? {} : { id });
      return null;
    },
    subscribe({ channel, seq = null }) {
      const named = channelNamed(channel);
      return named ? subscribe(named, seq) : { code: "unknown_channel", channel, detail: "There is no such channel." };
    },
    unsubscribe({ channel }) {
      const known = joined.get(channel);
      if (!known) return notSubscribed(channel);
      joined.delete(channel);
      known.place.leave();
      say("unsubscribed", channel, {});
      return null;
    },
    resume({ channel = first.channel, seq }) {
      const known = joined.get(channel);
      if (!known) return notSubscribed(channel);
      known.place.resume(seq);
      return null;
    },
  };

  function answer(message: Message): Refusal | null {
    switch (message.type) {
      case "ping":
        return answers.ping(message);
      case "subscribe":
        return answers.subscribe(message);
      case "unsubscribe":
        return answers.unsubscribe(message);
      case "resume":
        return answers.resume(message);
    }
  }

  /** A token bucket: so many a second, twice as many at once. */
  function isTooFast(): boolean {
    const now = parts.now();
    const earned = ((now - counted_at) / 1_000_000) * live_messages_per_s;
    allowance = Math.min(live_messages_per_s * 2, allowance + earned);
    counted_at = now;
    if (allowance < 1) return true;
    allowance--;
    return false;
  }

  return {
    subscribe(named, seq) {
      const refusal = subscribe(named, seq);
      if (refusal) refuse(refusal);
    },
    hear(heard) {
      const message = isTooFast() ? tooFast(live_messages_per_s) : messageOf(heard);
      const refusal = "type" in message ? answer(message) : message;
      if (refusal === null) refused = 0;
      else if (++refused > REFUSED_MAX) listener.close(TALKS_TOO_MUCH, "too many refused messages");
      else refuse(refusal);
    },
    changed(now) {
      const before = caller;
      caller = now;
      for (const [channel, { named, place }] of [...joined]) {
        const refusal = refusalOf(named);
        if (refusal === null && seesWhole(now, named) === seesWhole(before, named)) continue;
        place.leave();
        joined.delete(channel);
        const again = refusal ?? subscribe(named, null);
        if (again) refuse(again);
      }
    },
    drained() {
      for (const { place } of joined.values()) place.drained();
    },
    close() {
      for (const { place } of joined.values()) place.leave();
      joined.clear();
    },
  };
}

function notSubscribed(channel: string): Refusal {
  return { code: "not_subscribed", channel, detail: "Subscribe to it first." };
}

function tooFast(per_s: number): Refusal {
  return { code: "too_fast", detail: `At most ${per_s} messages a second.` };
}
