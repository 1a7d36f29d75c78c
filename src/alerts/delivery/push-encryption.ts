/**
 * Messages that only one browser can read. Source: RFC 8291 (Message Encryption for Web Push) over RFC 8188 (aes128gcm).
 */

export interface PushKeys {
  /** Base64url: the browser's P-256 point, uncompressed, and its 16 secret bytes. */
  p256dh: string;
  auth: string;
}

/** What must be new for every message; given in tests alone. */
export interface Fresh {
  pair: CryptoKeyPair;
  salt: Uint8Array<ArrayBuffer>;
}

const CURVE = { name: "ECDH", namedCurve: "P-256" };
const RECORD_BYTES = 4_096;
/** One record, less the header (86), the delimiter (1) and the tag (16): push services take no more. */
export const PLAIN_BYTES_MAX = RECORD_BYTES - 86 - 1 - 16;
const LAST_RECORD = 2;

/** Whether they are a point of the curve and 16 bytes. */
export async function arePushKeys({ p256dh, auth }: PushKeys): Promise<boolean> {
  if (bytesOf(auth).length !== 16) return false;
  return await crypto.subtle.importKey("raw", bytesOf(p256dh), CURVE, false, []).then(
    () => true,
    () => false,
  );
}

/** The body of the POST. Throws for more than PLAIN_BYTES_MAX bytes, and for keys that are none. */
export async function encryptPush(plain: Uint8Array, keys: PushKeys, fresh?: Fresh): Promise<Uint8Array> {
  if (plain.length > PLAIN_BYTES_MAX) throw new Error(`more than ${PLAIN_BYTES_MAX} bytes`);
  const { pair, salt } = fresh ?? (await newFresh());
  const receiver = bytesOf(keys.p256dh);
  const sender = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const point = await crypto.subtle.importKey("raw", receiver, CURVE, false, []);
  const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: point }, pair.privateKey, 256);
  const info = joined(ascii("WebPush: info\0"), receiver, sender);
  const input = await hkdf(bytesOf(keys.auth), shared, info, 32);
  const key = await hkdf(salt, input, ascii("Content-Encoding: aes128gcm\0"), 16);
  const iv = await hkdf(salt, input, ascii("Content-Encoding: nonce\0"), 12);
  const aes = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt"]);
  const record = joined(plain, new Uint8Array([LAST_RECORD]));
  const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, aes, record));
  const size = new Uint8Array(4);
  new DataView(size.buffer).setUint32(0, RECORD_BYTES);
  return joined(salt, size, new Uint8Array([sender.length]), sender, sealed);
}

async function newFresh(): Promise<Fresh> {
  const pair = await crypto.subtle.generateKey(CURVE, true, ["deriveBits"]);
  return { pair, salt: crypto.getRandomValues(new Uint8Array(16)) };
}

async function hkdf(
  salt: Uint8Array<ArrayBuffer>,
  input: ArrayBuffer,
  info: Uint8Array<ArrayBuffer>,
  bytes: number,
): Promise<ArrayBuffer> {
  const key = await crypto.subtle.importKey("raw", input, "HKDF", false, ["deriveBits"]);
  return crypto.subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt, info }, key, bytes * 8);
}

function bytesOf(base64url: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(base64url, "base64url"));
}

function ascii(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((bytes, part) => bytes + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
