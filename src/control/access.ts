import type { NewUser, Role, Session, SignedIn, SignInFrom, SigningKey, User, UserChange } from "./types.ts";

/** The part of control that lets people in: accounts, sessions, tokens, second factors, invitations. */
export interface AccessControl {
  // People
  userCount(): number;
  users(): readonly User[];
  /**
   * Async: argon2id, at most 4 at once. `password` null: nobody can sign in as them until an invitation is accepted.
   * An owner sees all locations, whatever is given. Throws ControlError("email_taken" | "email_invalid" | "password_invalid" | "busy").
   */
  addUser(given: NewUser & { password: string | null; role: Role; locations: readonly string[] | null }): Promise<User>;
  /** The first user, only while there is none: of two setups at once, one gets ControlError("already_set_up"). */
  addOwner(given: NewUser & { password: string }): Promise<User>;
  /** Throws ControlError("last_owner"). */
  removeUser(user_id: string): boolean;
  /** A change of role or locations ends the user's sessions and tokens. Throws ControlError("last_owner"). */
  setUser(user_id: string, change: UserChange): User | null;
  /** Ends the user's sessions and tokens, and what invitations there are. */
  setPassword(user_id: string, password: string): Promise<void>;
  /** The user when the password is right, else null; takes the same time either way. */
  checkPassword(email: string, password: string): Promise<User | null>;
  /** One-time setup token while no user exists; the same one until it is used, null then. In memory only: a restart makes a new one. */
  setupToken(): string | null;

  // Invitations: one link a person, by which they choose their password
  /** The new link's token; what links there were before are void. */
  invite(user_id: string, now: number): { token: string; expires_at: number };
  /** Whose link it is; null for one that is unknown, used or over. */
  invited(token: string, now: number): User | null;
  /** Sets the password, once; null for a link that does not hold. Throws ControlError("password_invalid" | "busy"). */
  acceptInvitation(token: string, password: string, now: number): Promise<User | null>;

  // Sessions: the token goes into the cookie, only its SHA-256 is stored
  openSession(user_id: string, remember: boolean, now: number, from?: SignInFrom): { token: string; session: Session };
  /** Counts as activity: the idle time starts again. */
  session(token: string, now: number): Session | null;
  /** Only looks: for what watches a session without its person doing anything. */
  peekSession(token: string, now: number): Session | null;
  closeSession(token: string): void;
  /** Newest first. */
  sessionsOf(user_id: string, now: number): readonly SignedIn[];
  endSession(user_id: string, session_id: string): boolean;
  endSessions(user_id: string): void;

  // Tokens: signed by a key of this appliance; a family begins with a sign-in and ends as one
  /** Newest first, the one that signs; made when there is none. */
  signingKeys(): readonly SigningKey[];
  /** A new key; those made before `keep_from` (µs) are gone, with the access tokens that they signed. */
  rotateSigningKey(given: { keep_from: number }): readonly SigningKey[];
  openTokens(user_id: string, now: number, from: SignInFrom): { family_id: string; refresh_token: string };
  /** null: unknown or over. `refresh_token` null: it was used before, and the family has been ended. */
  rotateRefreshToken(
    token: string,
    now: number,
  ): { user_id: string; family_id: string; refresh_token: string | null } | null;
  /** Whether tokens of this family still count. */
  tokensStand(family_id: string, user_id: string, now: number): boolean;
  /** Newest first. */
  tokenFamiliesOf(user_id: string, now: number): readonly SignedIn[];
  endTokens(family_id: string): boolean;
  endTokensOf(user_id: string): void;

  // The second factor
  /** A new secret (base32) and its otpauth:// address; it counts once it is confirmed. */
  startTotp(user_id: string): { secret: string; url: string };
  /** What was started and not confirmed yet. */
  pendingTotp(user_id: string): { secret: string; url: string } | null;
  /** The recovery codes, shown this once; null for a wrong code or when nothing was started. */
  confirmTotp(user_id: string, otp: string, now: number): readonly string[] | null;
  removeTotp(user_id: string): boolean;
  /** True for a right code, once, and for a recovery code, once. */
  checkOtp(user_id: string, otp: string, now: number): boolean;
  recoveryCodesLeft(user_id: string): number;
}
