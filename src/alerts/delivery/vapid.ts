/** By which key push services know this appliance. Source: RFC 8292 (Voluntary Application Server Identification). */
import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from "jose";
import { z } from "zod";

export interface Facts {
  fact(name: string): string | null;
  setFact(name: string, value: string): void;
}

const FACT = "vapid_key";
/** A day at most, by the RFC. */
const VALID_S = 12 * 3_600;
const keySchema = z.object({
  kty: z.literal("EC"),
  crv: z.literal("P-256"),
  x: z.string(),
  y: z.string(),
  d: z.string(),
});

/** The public key, base64url, as browsers take it to subscribe. Made at the first question; it stays: subscriptions hang on it. */
export async function vapidPublicKey(facts: Facts): Promise<string> {
  const { x, y } = await keyOf(facts);
  const point = [Buffer.from([4]), Buffer.from(x, "base64url"), Buffer.from(y, "base64url")];
  return Buffer.concat(point).toString("base64url");
}

/** The Authorization header for one push service. `now` in µs; `subject`: how its people reach ours, an https or mailto address. */
export async function vapidAuthorization(
  facts: Facts,
  endpoint: string,
  subject: string,
  now: number,
): Promise<string> {
  const key = await importJWK(await keyOf(facts), "ES256");
  const token = await new SignJWT()
    .setProtectedHeader({ typ: "JWT", alg: "ES256" })
    .setAudience(new URL(endpoint).origin)
    .setExpirationTime(Math.floor(now / 1_000_000) + VALID_S)
    .setSubject(subject)
    .sign(key);
  return `vapid t=${token}, k=${await vapidPublicKey(facts)}`;
}

async function keyOf(facts: Facts): Promise<z.infer<typeof keySchema>> {
  const kept = facts.fact(FACT);
  if (kept !== null) return keySchema.parse(JSON.parse(kept));
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  const made: JWK = await exportJWK(privateKey);
  // Somebody else may have asked in the meantime: the first one stays.
  if (facts.fact(FACT) === null) facts.setFact(FACT, JSON.stringify(keySchema.parse(made)));
  return keyOf(facts);
}
