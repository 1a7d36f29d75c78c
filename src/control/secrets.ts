/** Secrets leave this file once, in clear, to the one who asked for them; what stays is a SHA-256. */

/** 256 random bits, 43 characters base64url. */
export function newSecret(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64url");
}

/** SHA-256 as it is stored. A slow hash would add nothing: the secrets are random, not chosen. */
export function hashSecret(secret: string): string {
  return Bun.SHA256.hash(secret, "base64");
}

/** Compares secrets in a time that does not tell how much of them is right. */
export function sameSecret(one: string, other: string): boolean {
  return hashSecret(one) === hashSecret(other);
}
