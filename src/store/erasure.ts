/** What an erasure says of its contact. Loads nothing of the database: verbs use it before that is there. */

/** Which contact is erased, without saying so. */
export interface Erasure {
  location_id: string;
  /** 64 hexadecimal digits, random. */
  salt: string;
  /** SHA-256 (hexadecimal) of salt, line feed, location_id, line feed, contact_id. */
  digest: string;
  /** The same under another salt that only who asked for the erasure was given: what the audit log says. */
  proof: string;
}

/** An erasure that is applied while files may still hold traces. */
export interface DueErasure extends Erasure {
  /** Of its journal frame: what came later is new data. */
  seq: number;
  /** Rows that were deleted. */
  events: number;
}

/** The digest of an Erasure. */
export function contactDigest(salt: string, location_id: string, contact_id: string): string {
  return Bun.SHA256.hash(`${salt}\n${location_id}\n${contact_id}`, "hex");
}
