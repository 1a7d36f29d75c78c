import { expect, test } from "bun:test";
import { brotliCompressSync, constants, gzipSync, zstdCompressSync } from "node:zlib";
import { decompress } from "../../src/ingest/decompress.ts";
import { compressed } from "../support/bodies.ts";
import { LIMITS, post } from "../support/ingest.ts";

const MIB = 1024 * 1024;
const TEXT = new TextEncoder().encode('[{"id":"a","type":"x","location_id":"here"}]');
/** Two lines, so that a body cut between them would be read without a word. */
const LINES = new TextEncoder().encode('{"id":"a","type":"x"}\n'.repeat(5_000));
const ENCODINGS = [
  { name: "gzip", header: "gzip" },
  { name: "gzip", header: "X-GZIP" },
  { name: "deflate", header: "deflate" },
  { name: "raw", header: "deflate" },
  { name: "br", header: "br" },
  { name: "zstd", header: "zstd" },
] as const;

for (const { name, header } of ENCODINGS) {
  test(`${header} (${name}) is undone`, async () => {
    expect(await decompress(compressed(TEXT, name), header, MIB)).toEqual(Buffer.from(TEXT));
  });

  test(`${header} (${name}) that is cut off anywhere is refused, never read in part`, async () => {
    for (const body of [compressed(TEXT, name), compressed(LINES, name)]) {
      for (let kept = 0; kept < body.length; kept++) {
        expect(await decompress(body.subarray(0, kept), header, MIB)).toMatchObject({ status: 400 });
      }
    }
  });

  test(`${header} (${name}) with bytes after its end is refused`, async () => {
    const body = Buffer.concat([compressed(TEXT, name), Buffer.from("more")]);
    expect(await decompress(body, header, MIB)).toMatchObject({ status: 400 });
  });

  test(`${header} (${name}) of exactly the limit is read, of one byte more is refused`, async () => {
    const exact = await decompress(compressed(new Uint8Array(MIB), name), header, MIB);
    expect(exact instanceof Uint8Array ? exact.length : exact).toBe(MIB);
    expect(await decompress(compressed(new Uint8Array(MIB + 1), name), header, MIB)).toMatchObject({ status: 413 });
  });
}

test("members of gzip and frames of zstd that follow one another are one body", async () => {
  for (const name of ["gzip", "zstd"]) {
    const twice = Buffer.concat([compressed(TEXT, name), compressed(TEXT, name)]);
    expect(await decompress(twice, name, MIB)).toEqual(Buffer.concat([TEXT, TEXT]));
  }
});

test("a skippable frame of zstd is skipped", async () => {
  const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
  expect(await decompress(Buffer.concat([skippable, compressed(TEXT, "zstd")]), "zstd", MIB)).toEqual(
    Buffer.from(TEXT),
  );
});

test("zstd with a checksum, of one raw block and of many blocks is read", async () => {
  const noise = crypto.getRandomValues(new Uint8Array(60_000));
  const checked = zstdCompressSync(LINES, { params: { [constants.ZSTD_c_checksumFlag]: 1 } });
  expect(await decompress(checked, "zstd", MIB)).toEqual(Buffer.from(LINES));
  expect(await decompress(checked.subarray(0, -1), "zstd", MIB)).toMatchObject({ status: 400 });
  expect(await decompress(zstdCompressSync(noise), "zstd", MIB)).toEqual(Buffer.from(noise));
  const long = new Uint8Array(700_000).map((_, i) => (i * i) % 251);
  expect(await decompress(zstdCompressSync(long), "zstd", MIB)).toEqual(Buffer.from(long));
});

test("garbage and nothing at all are refused", async () => {
  for (const { header } of ENCODINGS) {
    expect(await decompress(new Uint8Array(), header, MIB)).toMatchObject({ status: 400 });
    expect(await decompress(new TextEncoder().encode("no such thing"), header, MIB)).toMatchObject({ status: 400 });
  }
});

test("bombs of 300 MiB are stopped at the limit, and memory stays flat", async () => {
  const zeros = new Uint8Array(300 * MIB);
  const bombs: readonly [string, Uint8Array][] = [
    ["gzip", gzipSync(zeros, { level: 1 })],
    ["br", brotliCompressSync(zeros, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })],
    ["zstd", zstdCompressSync(zeros)],
  ];
  const round = async (): Promise<number> => {
    for (const [encoding, bomb] of bombs) {
      const headers = { "content-type": "application/json", "content-encoding": encoding };
      expect(await post(bomb, headers, { limits: { ...LIMITS, body_bytes_max: 4 * MIB } })).toMatchObject({
        status: 413,
      });
    }
    Bun.gc(true);
    return process.memoryUsage().rss;
  };
  const before = await round();
  let after = before;
  for (let i = 0; i < 5; i++) after = await round();
  expect(after - before).toBeLessThan(40 * MIB);
}, 60_000);
