import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { reachOf } from "../../../src/alerts/delivery/address.ts";
import { post } from "../../../src/alerts/delivery/post.ts";
import { addressesOf, wrongReceiver } from "../../../src/alerts/delivery/receiver.ts";
import { CERT, KEY } from "./tls.ts";

const ADDRESSES: readonly [string, "public" | "private" | "never"][] = [
  ["93.184.216.34", "public"],
  ["1.1.1.1", "public"],
  ["9.255.255.255", "public"],
  ["10.0.0.1", "private"],
  ["10.255.255.255", "private"],
  ["11.0.0.0", "public"],
  ["100.63.255.255", "public"],
  ["100.64.0.1", "private"],
  ["100.127.255.255", "private"],
  ["100.128.0.0", "public"],
  ["100.100.100.200", "never"],
  ["127.0.0.1", "private"],
  ["127.255.255.254", "private"],
  ["169.254.169.254", "never"],
  ["168.63.129.16", "never"],
  ["172.15.255.255", "public"],
  ["172.16.0.1", "private"],
  ["172.31.255.255", "private"],
  ["172.32.0.0", "public"],
  ["192.168.1.1", "private"],
  ["192.169.0.1", "public"],
  ["192.0.0.192", "never"],
  ["192.0.2.1", "never"],
  ["198.18.0.1", "never"],
  ["198.20.0.1", "public"],
  ["198.51.100.7", "never"],
  ["203.0.113.7", "never"],
  ["0.0.0.0", "never"],
  ["0.1.2.3", "never"],
  ["224.0.0.1", "never"],
  ["239.255.255.255", "never"],
  ["240.0.0.1", "never"],
  ["255.255.255.255", "never"],
  ["2606:2800:220:1:248:1893:25c8:1946", "public"],
  ["2a00:1450:4001:80b::200e", "public"],
  ["::1", "private"],
  ["0:0:0:0:0:0:0:1", "private"],
  ["::", "never"],
  ["fc00::1", "private"],
  ["fdff:ffff::1", "private"],
  ["fd00:ec2::254", "never"],
  ["fe80::1", "never"],
  ["fe80::1%eth0", "never"],
  ["febf::1", "never"],
  ["fec0::1", "never"],
  ["ff02::1", "never"],
  ["::ffff:127.0.0.1", "never"],
  ["::ffff:7f00:1", "never"],
  ["::FFFF:10.0.0.1", "never"],
  ["0:0:0:0:0:ffff:8.8.8.8", "never"],
  ["::ffff:8.8.8.8", "never"],
  ["::127.0.0.1", "never"],
  ["64:ff9b::7f00:1", "never"],
  ["64:ff9b:1::1", "never"],
  ["100::1", "never"],
  ["2001::1", "never"],
  ["2001:db8::1", "never"],
  ["2002:7f00:1::", "never"],
  ["3fff::1", "never"],
  ["5f00::1", "never"],
  ["example.com", "never"],
  ["", "never"],
  ["127.1", "never"],
];

describe("an address", () => {
  for (const [address, reach] of ADDRESSES) {
    test(`${address || "(none)"} is ${reach}`, () => expect(reachOf(address)).toBe(reach));
  }

  test("has no spelling by which a private IPv4 address becomes public", () => {
    const octet = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(fc.constantFrom("10", "127", "0", "169.254", "192.168"), octet, octet, octet, (start, b, c, d) => {
        const parts = [...start.split("."), b, c, d].slice(0, 4).map(Number);
        const dotted = parts.join(".");
        const [p = 0, q = 0, r = 0, s = 0] = parts;
        const whole = ((p * 256 + q) * 256 + r) * 256 + s;
        const spellings = [
          dotted,
          String(whole),
          `0x${whole.toString(16)}`,
          `0${whole.toString(8)}`,
          parts.map((part) => `0${part.toString(8)}`).join("."),
          parts.map((part) => `0x${part.toString(16)}`).join("."),
          `${dotted}.`,
          `[::ffff:${dotted}]`,
          `[::${dotted}]`,
          `[64:ff9b::${dotted}]`,
          `[2002:${((p << 8) | q).toString(16)}:${((r << 8) | s).toString(16)}::1]`,
        ];
        for (const host of spellings) {
          expect(wrongReceiver(`https://${host}/`, { private_networks: false })).not.toBeNull();
        }
      }),
    );
  });
});

const RECEIVERS: readonly { url: string; open: boolean; inside: boolean }[] = [
  { url: "https://hooks.example.com/a?b=c", open: true, inside: true },
  { url: "https://hooks.example.com:8443/", open: true, inside: true },
  { url: "https://hooks.example.com./", open: true, inside: true },
  { url: "https://93.184.216.34/", open: true, inside: true },
  { url: "https://[2606:2800:220:1:248:1893:25c8:1946]/", open: true, inside: true },
  { url: "https://bücher.example/", open: true, inside: true },
  { url: "http://hooks.example.com/", open: false, inside: true },
  { url: "https://localhost/", open: false, inside: true },
  { url: "https://LOCALHOST./", open: false, inside: true },
  { url: "https://a.localhost/", open: false, inside: true },
  { url: "https://printer.local/", open: false, inside: true },
  { url: "https://metadata.google.internal/", open: false, inside: true },
  { url: "https://receiver/", open: false, inside: true },
  { url: "https://127.0.0.1/", open: false, inside: true },
  { url: "https://127.1/", open: false, inside: true },
  { url: "https://0x7f.0.0.1/", open: false, inside: true },
  { url: "https://0177.0.0.1/", open: false, inside: true },
  { url: "https://2130706433/", open: false, inside: true },
  { url: "https://１２７.0.0.1/", open: false, inside: true },
  { url: "https://[::1]/", open: false, inside: true },
  { url: "https://10.1.2.3/", open: false, inside: true },
  { url: "https://169.254.169.254/latest/meta-data", open: false, inside: false },
  { url: "https://[::ffff:169.254.169.254]/", open: false, inside: false },
  { url: "https://[::ffff:127.0.0.1]/", open: false, inside: false },
  { url: "https://[fe80::1]/", open: false, inside: false },
  { url: "https://0.0.0.0/", open: false, inside: false },
  { url: "https://user@example.com/", open: false, inside: false },
  { url: "https://user:password@example.com/", open: false, inside: false },
  { url: "https://example.com/#part", open: false, inside: false },
  { url: "ftp://example.com/", open: false, inside: false },
  { url: "file:///etc/passwd", open: false, inside: false },
  { url: "javascript:alert(1)", open: false, inside: false },
  { url: "https://", open: false, inside: false },
  { url: "example.com/hook", open: false, inside: false },
  { url: `https://example.com/${"x".repeat(3_000)}`, open: false, inside: false },
];

describe("a receiver as it is written", () => {
  for (const { url, open, inside } of RECEIVERS) {
    test(`${url.slice(0, 60)} is ${open ? "taken" : inside ? "taken where private networks are" : "refused"}`, () => {
      expect(wrongReceiver(url, { private_networks: false }) === null).toBe(open);
      expect(wrongReceiver(url, { private_networks: true }) === null).toBe(inside);
    });
  }

  test("is never repeated by what is said of it", () => {
    for (const { url } of RECEIVERS) {
      const wrong = wrongReceiver(url, { private_networks: false });
      for (const part of ["127", "localhost", "internal", "user:", "169.254"]) expect(wrong ?? "").not.toContain(part);
    }
  });
});

describe("a receiver as it resolves", () => {
  const url = new URL("https://hooks.example.com/");

  test("is refused if any of its addresses is private", async () => {
    const reach = { private_networks: false };
    const found = await addressesOf(url, reach, async () => ["93.184.216.34", "10.0.0.1"]);
    expect(found).toHaveProperty("refused");
    expect(await addressesOf(url, reach, async () => ["::ffff:127.0.0.1"])).toHaveProperty("refused");
    expect(await addressesOf(url, reach, async () => ["169.254.169.254"])).toHaveProperty("refused");
    expect(await addressesOf(url, reach, async () => [])).toHaveProperty("refused");
    expect(await addressesOf(url, reach, async () => ["93.184.216.34"])).toEqual({ addresses: ["93.184.216.34"] });
  });

  test("is refused for link-local addresses even where private networks are allowed", async () => {
    const reach = { private_networks: true };
    expect(await addressesOf(url, reach, async () => ["169.254.169.254"])).toHaveProperty("refused");
    expect(await addressesOf(url, reach, async () => ["10.0.0.1"])).toEqual({ addresses: ["10.0.0.1"] });
  });

  test("is not asked for when it is refused: nothing reaches a private address by a public name", async () => {
    let asked = 0;
    const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response(String(++asked)) });
    const answer = await post(`https://rebound.example.com:${server.port}/`, {}, "{}", {
      private_networks: false,
      resolve: async () => ["127.0.0.1"],
      timeout_ms: 2_000,
      stopping: new AbortController().signal,
    });
    expect(answer).toHaveProperty("refused");
    expect(asked).toBe(0);
    await server.stop(true);
  });

  test("is resolved once, and the address that was checked is the one that is connected to", async () => {
    let lookups = 0;
    const server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: (request) => new Response(request.headers.get("host")),
    });
    // A name server that answers differently the second time.
    const resolve = async () => (++lookups === 1 ? ["127.0.0.1"] : ["169.254.169.254"]);
    const answer = await post(`http://rebound.example.com:${server.port}/`, {}, "{}", {
      private_networks: true,
      resolve,
      timeout_ms: 2_000,
      stopping: new AbortController().signal,
    });
    expect(answer).toMatchObject({ status: 200, body: `rebound.example.com:${server.port}` });
    expect(lookups).toBe(1);
    await server.stop(true);
  });

  test("over TLS must be who it says: the certificate is checked against the name, not the address", async () => {
    const server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      tls: { key: KEY, cert: CERT },
      fetch: () => new Response("ok"),
    });
    const options = {
      private_networks: true,
      resolve: async () => ["127.0.0.1"],
      timeout_ms: 2_000,
      stopping: new AbortController().signal,
    };
    const to = (host: string) => `https://${host}:${server.port}/`;
    expect(await post(to("hooks.example.com"), {}, "{}", { ...options, ca: CERT })).toMatchObject({
      status: 200,
      body: "ok",
    });
    expect(await post(to("other.example.com"), {}, "{}", { ...options, ca: CERT })).toHaveProperty("error");
    expect(await post(to("hooks.example.com"), {}, "{}", options)).toEqual({
      error: "The certificate is self-signed (DEPTH_ZERO_SELF_SIGNED_CERT)",
    });
    await server.stop(true);
  });
});
