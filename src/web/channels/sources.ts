/**
 * Channels by their names: whose they are, and what they show to whom.
 * It must never hand out a channel of a location that the caller may not see.
 */

import type { Caller } from "../../control/types.ts";
import type { Listener, Place, Source } from "../../live/channels.ts";
import { createArrivals } from "../../report/channels/arrivals.ts";
import { LOCATION_CHANNELS } from "../../report/channels/contents.ts";
import { type Held, locationChannel } from "../../report/channels/location.ts";
import { locationsOf, seesPersonal } from "../access.ts";
import { Problem } from "../errors.ts";
import type { Parts } from "../parts.ts";
import { healthSource } from "./health.ts";

/** A channel as its URL and the messages name it: the path behind `/ws/`. */
export interface Named {
  /** "activity/jorge_main". */
  channel: string;
  /** "activity". */
  name: string;
  location_id: string | null;
}

const HEALTH = "health";
const LOCATION_CHARS_MAX = 64;

/** Every path of a channel, as routes are written. */
export const CHANNEL_PATHS: readonly string[] = [
  ...Object.keys(LOCATION_CHANNELS).map((name) => `/ws/${name}/:location_id`),
  `/ws/${HEALTH}`,
];

/** null for what no channel is called. */
export function channelNamed(channel: string): Named | null {
  if (channel === HEALTH) return { channel, name: HEALTH, location_id: null };
  const name = Object.keys(LOCATION_CHANNELS).find((known) => channel.startsWith(`${known}/`));
  if (name === undefined) return null;
  const location_id = channel.slice(name.length + 1);
  if (location_id === "" || location_id.length > LOCATION_CHARS_MAX) return null;
  return { channel, name, location_id };
}

/** The channel of an address; throws Problem 404 for what is none. */
export function requestedChannel(path: string): Named {
  const named = channelNamed(decoded(path.slice("/ws/".length)));
  if (named) return named;
  throw new Problem({ status: 404, title: "Not found", detail: "There is no such channel." });
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return "";
  }
}

/** Throws Problem 403 for a location that the caller may not see, and 404 for one that does not exist to those who see all. */
export function requireChannel({ control }: Parts, caller: Caller, { location_id }: Named): void {
  if (!caller.scopes.includes("read"))
    throw new Problem({ status: 403, title: "Not allowed", detail: "It needs read." });
  if (location_id === null) return;
  locationsOf(caller, location_id);
  if (!control.location(location_id))
    throw new Problem({ status: 404, title: "Not found", detail: "There is no such location." });
}

/** True when nothing of the channel is hidden from the caller: what is personal, or the figures of all the appliance. */
export function seesWhole(caller: Caller, { location_id }: Named): boolean {
  return location_id === null ? caller.locations === null : seesPersonal(caller);
}

export interface ChannelSources {
  /** The listener's place in the channel, as its caller may see it. Ask requireChannel first. */
  join(named: Named, caller: Caller, listener: Listener, seq: number | null): Place;
  /** How to send to all who follow a topic at once. */
  publishBy(publish: (topic: string, text: string) => void): void;
}

const known = new WeakMap<Parts, ChannelSources>();

/** The channels of one appliance. */
export function channelSources(parts: Parts): ChannelSources {
  const before = known.get(parts);
  if (before) return before;
  const made = makeSources(parts);
  known.set(parts, made);
  return made;
}

function makeSources(parts: Parts): ChannelSources {
  // Until a socket is open there is nobody to send to.
  let publishing = (_topic: string, _text: string): void => {};
  const publish = (topic: string, text: string): void => publishing(topic, text);
  const shared = { arrivals: createArrivals(parts.store), held: new Map() satisfies Held };
  const make = ({ channel, name, location_id }: Named, whole: boolean): Source => {
    const content = Object.hasOwn(LOCATION_CHANNELS, name) ? LOCATION_CHANNELS[name] : undefined;
    if (!content || location_id === null) return { ...healthSource(parts, whole), channel, location_id, publish };
    return {
      ...locationChannel(parts, shared, content, { location_id, personal: whole }),
      channel,
      location_id,
      publish,
    };
  };
  return {
    join(named, caller, listener, seq) {
      const whole = seesWhole(caller, named);
      const key = `${named.channel} ${whole ? "whole" : "in part"}`;
      return parts.channels.join(key, () => make(named, whole), listener, seq);
    },
    publishBy(publish) {
      publishing = publish;
    },
  };
}
