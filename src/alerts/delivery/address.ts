/**
 * Which addresses messages may be sent to: an admin names a receiver, and must not reach by it what only this machine can.
 * Sources: IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890 and its updates).
 */
import { BlockList, isIPv4, isIPv6 } from "node:net";

/** Never, whatever is set: what is nobody's receiver, and where clouds keep the machine's own credentials. */
const NEVER: readonly string[] = [
  "0.0.0.0/8", // this network
  "169.254.0.0/16", // link-local, and the metadata of most clouds
  "100.100.100.200/32", // metadata (Alibaba)
  "168.63.129.16/32", // metadata (Azure)
  "192.0.0.0/24", // protocol assignments, and metadata (Oracle)
  "192.0.2.0/24", // documentation
  "192.88.99.0/24", // 6to4 relays
  "198.18.0.0/15", // benchmarks
  "198.51.100.0/24", // documentation
  "203.0.113.0/24", // documentation
  "224.0.0.0/4", // multicast
  "240.0.0.0/4", // reserved, broadcast
  "fd00:ec2::254/128", // metadata (AWS)
  "fd20:ce::254/128", // metadata (Google)
  "2001::/23", // protocol assignments, Teredo
  "2001:db8::/32", // documentation
  "2002::/16", // 6to4: an IPv4 address in disguise
  "3fff::/20", // documentation
];

/** Only where the receivers of one's own network are allowed. */
const PRIVATE: readonly string[] = [
  "10.0.0.0/8",
  "100.64.0.0/10", // carrier-grade NAT
  "127.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "::1/128",
  "fc00::/7", // unique local
];

/** IPv6 that is public is in here; IPv4-mapped, NAT64, link-local and multicast are not. */
const GLOBAL_IPV6 = listOf(["2000::/3"]);
const never = listOf(NEVER);
const inside = listOf(PRIVATE);

/** "never": nothing is sent there; "private": only if private networks are allowed. Text that is no IP address is "never". */
export function reachOf(address: string): "public" | "private" | "never" {
  if (isIPv4(address)) {
    if (never.check(address, "ipv4")) return "never";
    return inside.check(address, "ipv4") ? "private" : "public";
  }
  // A zone ("%eth0") names an interface of this machine.
  if (!isIPv6(address) || address.includes("%") || isMapped(address) || never.check(address, "ipv6")) return "never";
  if (inside.check(address, "ipv6")) return "private";
  return GLOBAL_IPV6.check(address, "ipv6") ? "public" : "never";
}

/** ::ffff:0:0/96: one address must not have a second spelling that is judged by other rules. */
function isMapped(address: string): boolean {
  return /^\[::ffff:/i.test(new URL(`http://[${address}]`).hostname);
}

function listOf(blocks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const block of blocks) {
    const [network = "", bits] = block.split("/");
    list.addSubnet(network, Number(bits), network.includes(":") ? "ipv6" : "ipv4");
  }
  return list;
}
