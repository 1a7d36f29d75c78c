/** Where a message is to go: checked as it is written when a channel is saved, and as it resolves each time it is sent. */
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { reachOf } from "./address.ts";

export interface Reach {
  /** http, loopback and private addresses too. */
  private_networks: boolean;
}

export type Resolve = (host: string) => Promise<readonly string[]>;

const URL_CHARS_MAX = 2_048;
/** Names that only this machine or its network knows. */
const INSIDE_NAMES = /(^|\.)(localhost|local|localdomain|internal|intranet|lan|home|corp|private|home\.arpa)$/;

/** What is wrong with an address as it is written, in a sentence; null when nothing is. Never repeats it. */
export function wrongReceiver(text: string, { private_networks }: Reach): string | null {
  if (text.length > URL_CHARS_MAX) return `Use at most ${URL_CHARS_MAX} characters.`;
  if (!URL.canParse(text)) return "Use a whole address, such as https://example.com/hook.";
  const url = new URL(text);
  if (url.protocol !== "https:" && !(private_networks && url.protocol === "http:")) {
    return private_networks ? "Use https or http." : "Use https.";
  }
  if (url.username !== "" || url.password !== "") return "Leave out the user name and password.";
  if (url.hash !== "") return "Leave out the part after #.";
  const host = hostOf(url);
  if (host === "") return "Use a whole address, such as https://example.com/hook.";
  if (isIP(host) !== 0) return refusal(host, private_networks);
  const inside = INSIDE_NAMES.test(host) || !host.includes(".");
  return inside && !private_networks ? NOT_PUBLIC : null;
}

/** The addresses to connect to, each of them allowed; or why not. Throws what the resolver does. */
export async function addressesOf(
  url: URL,
  { private_networks }: Reach,
  resolve: Resolve,
): Promise<{ addresses: readonly string[] } | { refused: string }> {
  const host = hostOf(url);
  const addresses = isIP(host) === 0 ? await resolve(host) : [host];
  if (addresses.length === 0) return { refused: "The host has no address." };
  // All of them, not the first: which one is connected to is not ours to choose.
  const refused = addresses.map((address) => refusal(address, private_networks)).find((why) => why !== null);
  return refused === undefined ? { addresses } : { refused };
}

/** By the machine's own resolver. */
export const resolveHost: Resolve = async (host) => {
  const found = await lookup(host, { all: true });
  return found.map(({ address }) => address);
};

/** The host without brackets and the root's dot. The URL parser has already turned 0x7f.1 and 2130706433 into 127.0.0.1. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
}

const NOT_PUBLIC =
  "The host must be public: private addresses need the setting webhook_private_networks, link-local ones are always refused.";

function refusal(address: string, private_networks: boolean): string | null {
  const reach = reachOf(address);
  return reach === "public" || (reach === "private" && private_networks) ? null : NOT_PUBLIC;
}
