/**
 * Access tokens: JSON Web Tokens (RFC 9068) signed with Ed25519 by this appliance's own key.
 * They say who, never what one may do: rights are looked up anew for every request.
 */
import { type CryptoKey, decodeProtectedHeader, importJWK, jwtVerify, SignJWT } from "jose";
import { z } from "zod";
import type { SignInFrom, SigningKey } from "../control/types.ts";
import type { Parts } from "./parts.ts";

const ALGORITHM = "EdDSA";
const TYPE = "at+jwt";
const ISSUER = "bellwether";
const AUDIENCE = "bellwether-api";
const ACCESS_S = 600;
const SECOND_US = 1_000_000;
/** A key signs this long; it is kept for as long as its last token lasts. */
const KEY_DAYS = 90;
const KEY_US = KEY_DAYS * 24 * 60 * 60 * SECOND_US;
/** Longer ones are none of ours. */
const TOKEN_CHARS_MAX = 2_048;

const claimsSchema = z.object({ sub: z.string(), fam: z.string() });
const jwkSchema = z.object({ kty: z.string(), crv: z.string(), x: z.string(), d: z.string() });

export const tokensSchema = z.strictObject({
  access_token: z.string().describe("A JWT, good for `expires_in` seconds."),
  refresh_token: z.string().describe("Good once, for the next pair."),
  token_type: z.literal("Bearer"),
  expires_in: z.number().int(),
});

export type Tokens = z.infer<typeof tokensSchema>;

/** Begins a family of tokens for a person who has just signed in. */
export async function newTokens(parts: Parts, user_id: string, from: SignInFrom): Promise<Tokens> {
  const { family_id, refresh_token } = parts.control.openTokens(user_id, parts.now(), from);
  return pairOf(parts, { user_id, family_id }, refresh_token);
}

/** A new access token beside the refresh token of its family. */
export async function pairOf(
  parts: Parts,
  { user_id, family_id }: { user_id: string; family_id: string },
  refresh_token: string,
): Promise<Tokens> {
  const now_s = Math.floor(parts.now() / SECOND_US);
  const key = signingKey(parts);
  const access_token = await new SignJWT({ fam: family_id })
    .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid: key.kid })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setSubject(user_id)
    .setIssuedAt(now_s)
    .setExpirationTime(now_s + ACCESS_S)
    .setJti(Bun.randomUUIDv7())
    .sign((await pairOfKey(key)).sign);
  return { access_token, refresh_token, token_type: "Bearer", expires_in: ACCESS_S };
}

/** Whose an access token is, when it is ours in every respect (algorithm, type, key id, issuer, audience, time); else null. */
export async function verifiedToken(
  parts: Parts,
  token: string,
): Promise<{ user_id: string; family_id: string } | null> {
  if (token.length > TOKEN_CHARS_MAX) return null;
  try {
    const { kid } = decodeProtectedHeader(token);
    const key = parts.control.signingKeys().find((known) => known.kid === kid);
    if (!key) return null;
    const { payload } = await jwtVerify(token, (await pairOfKey(key)).verify, {
      algorithms: [ALGORITHM],
      typ: TYPE,
      issuer: ISSUER,
      audience: AUDIENCE,
      requiredClaims: ["sub", "iat", "exp", "jti", "fam"],
      currentDate: new Date(Math.floor(parts.now() / 1_000)),
    });
    const { sub, fam } = claimsSchema.parse(payload);
    return { user_id: sub, family_id: fam };
  } catch {
    // Whatever is wrong with it, it is not ours; saying what would help to forge one.
    return null;
  }
}

function signingKey({ control, now }: Parts): SigningKey {
  const [newest] = control.signingKeys();
  if (newest && newest.created_at + KEY_US > now()) return newest;
  const [made] = control.rotateSigningKey({ keep_from: now() - KEY_US - KEY_US });
  if (!made) throw new Error("a signing key was made and is not there");
  return made;
}

const imported = new WeakMap<SigningKey, Promise<{ sign: CryptoKey; verify: CryptoKey }>>();

function pairOfKey(key: SigningKey): Promise<{ sign: CryptoKey; verify: CryptoKey }> {
  const before = imported.get(key);
  if (before) return before;
  const pair = importPair(key);
  imported.set(key, pair);
  return pair;
}

async function importPair({ private_jwk }: SigningKey): Promise<{ sign: CryptoKey; verify: CryptoKey }> {
  const { kty, crv, x, d } = jwkSchema.parse(JSON.parse(private_jwk));
  const [sign, verify] = await Promise.all([
    importJWK({ kty, crv, x, d }, ALGORITHM),
    importJWK({ kty, crv, x }, ALGORITHM),
  ]);
  if (sign instanceof Uint8Array || verify instanceof Uint8Array) throw new Error("a signing key is no key pair");
  return { sign, verify };
}
