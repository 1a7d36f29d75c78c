import { z } from "zod";
import type { Control } from "./control.ts";
import { type ControlDatabase, remembered } from "./database.ts";
import { ControlError } from "./error.ts";
import { type Passwords, passwords } from "./passwords.ts";
import { hashSecret, newSecret } from "./secrets.ts";
import type { NewUser, Role, User } from "./types.ts";

type Users = Pick<
  Control,
  | "userCount"
  | "users"
  | "addUser"
  | "addOwner"
  | "removeUser"
  | "setUser"
  | "setPassword"
  | "checkPassword"
  | "setupToken"
  | "invite"
  | "invited"
  | "acceptInvitation"
>;

interface UserRow {
  user_id: string;
  email: string;
  name: string;
  role: Role;
  locations: string | null;
  theme: User["theme"];
  locale: string | null;
  totp: number;
  invited: number;
  created_at: number;
}

const EMAIL_CHARS_MAX = 254;
/** Of those who have not chosen a password yet. */
const NO_PASSWORD = "";
const INVITATION_DAYS = 7;
const DAY_US = 24 * 60 * 60 * 1_000_000;
const locationsSchema = z.array(z.string()).nullable();

/** People: who may sign in, and as what. */
export function usersOf(database: ControlDatabase): Users {
  const { sql } = database;
  const { hash, verify } = passwords();
  const all = remembered(database, () => {
    const rows = sql
      .query<UserRow, []>(
        `SELECT user_id, email, name, role, locations, theme, locale, totp_secret IS NOT NULL AS totp,
         password_hash = '' AS invited, created_at FROM users ORDER BY created_at, user_id`,
      )
      .all();
    return Object.freeze(rows.map(userOf));
  });
  const userById = (user_id: string) => all().find((user) => user.user_id === user_id) ?? null;
  let setupToken: string | null = null;

  const insert = (
    given: NewUser & { role: Role; locations: readonly string[] | null },
    password_hash: string,
    ifNone: boolean,
  ): User => {
    const user: User = {
      user_id: Bun.randomUUIDv7(),
      email: normalEmail(given.email),
      name: given.name.trim(),
      role: given.role,
      locations: given.role === "owner" ? null : given.locations,
      theme: "system",
      locale: null,
      totp: false,
      invited: password_hash === NO_PASSWORD,
      created_at: database.now(),
    };
    return database.changeDurably(() => {
      if (ifNone && all().length > 0) throw new ControlError("already_set_up", "An account exists already.");
      refuseTaken(user.email);
      const { totp: _, invited: __, locations, ...row } = user;
      sql
        .query(
          "INSERT INTO users (user_id, email, name, role, locations, theme, locale, password_hash, created_at) VALUES ($user_id, $email, $name, $role, $locations, $theme, $locale, $password_hash, $created_at)",
        )
        .run({ ...row, locations: locationsText(locations), password_hash });
      return user;
    });
  };
  const refuseTaken = (email: string): void => {
    if (sql.query("SELECT 1 FROM users WHERE email = $email").get({ email }) === null) return;
    throw new ControlError("email_taken", "This address has an account already.", "email");
  };
  /** Within the transaction that takes an owner away: two at once must not take the last two. */
  const keepAnOwner = (user_id: string): void => {
    const others = sql
      .query("SELECT 1 FROM users WHERE role = 'owner' AND user_id <> $user_id LIMIT 1")
      .get({ user_id });
    const owner = sql.query("SELECT 1 FROM users WHERE role = 'owner' AND user_id = $user_id").get({ user_id });
    if (owner === null || others !== null) return;
    throw new ControlError("last_owner", "This is the only owner. Make another one first.");
  };
  const endSignIns = (user_id: string): void => {
    for (const table of ["sessions", "token_families"])
      sql.query(`DELETE FROM ${table} WHERE user_id = $user_id`).run({ user_id });
  };
  const writePassword = (user_id: string, password_hash: string): void => {
    sql
      .query("UPDATE users SET password_hash = $password_hash WHERE user_id = $user_id")
      .run({ user_id, password_hash });
    sql.query("DELETE FROM invitations WHERE user_id = $user_id").run({ user_id });
    endSignIns(user_id);
  };

  return {
    userCount: () => all().length,
    users: all,
    async addUser({ password, ...given }) {
      refuseTaken(normalEmail(given.email));
      return insert(given, password === null ? NO_PASSWORD : await hash(password), false);
    },
    async addOwner({ password, ...given }) {
      normalEmail(given.email);
      // The hash takes long enough for another setup to overtake: the insert looks again.
      return insert({ ...given, role: "owner", locations: null }, await hash(password), true);
    },
    removeUser: (user_id) =>
      database.changeDurably(() => {
        keepAnOwner(user_id);
        return sql.query("DELETE FROM users WHERE user_id = $user_id").run({ user_id });
      }).changes > 0,
    setUser(user_id, change) {
      const known = userById(user_id);
      if (!known) return null;
      const { name, role, theme, locale, ...next } = { ...known, ...change };
      const locations = role === "owner" ? null : next.locations;
      const rights = role !== known.role || locationsText(locations) !== locationsText(known.locations);
      database.changeDurably(() => {
        if (role !== "owner") keepAnOwner(user_id);
        sql
          .query(
            "UPDATE users SET name = $name, role = $role, locations = $locations, theme = $theme, locale = $locale WHERE user_id = $user_id",
          )
          .run({ user_id, name: name.trim(), role, locations: locationsText(locations), theme, locale });
        if (rights) endSignIns(user_id);
      });
      return userById(user_id);
    },
    async setPassword(user_id, password) {
      const password_hash = await hash(password);
      database.changeDurably(() => writePassword(user_id, password_hash));
    },
    checkPassword: (email, password) => checkPassword(database, verify, userById, email, password),
    setupToken() {
      if (all().length > 0) return null;
      setupToken ??= newSecret();
      return setupToken;
    },
    invite(user_id, now) {
      const token = newSecret();
      const expires_at = now + INVITATION_DAYS * DAY_US;
      database.changeDurably(() => {
        sql.query("DELETE FROM invitations WHERE user_id = $user_id OR expires_at <= $now").run({ user_id, now });
        sql
          .query("INSERT INTO invitations VALUES ($token_hash, $user_id, $expires_at)")
          .run({ token_hash: hashSecret(token), user_id, expires_at });
      });
      return { token, expires_at };
    },
    invited: (token, now) => userById(invitedId(database, token, now) ?? ""),
    async acceptInvitation(token, password, now) {
      if (invitedId(database, token, now) === null) return null;
      const password_hash = await hash(password);
      // The hash takes long enough for the link to be used elsewhere: it is looked up again.
      const user_id = database.changeDurably(() => {
        const id = invitedId(database, token, now);
        if (id !== null) writePassword(id, password_hash);
        return id;
      });
      return user_id === null ? null : userById(user_id);
    },
  };
}

async function checkPassword(
  { sql }: ControlDatabase,
  verify: Passwords["verify"],
  userById: (user_id: string) => User | null,
  email: string,
  password: string,
): Promise<User | null> {
  const row = sql
    .query<{ user_id: string; password_hash: string }, { email: string }>(
      "SELECT user_id, password_hash FROM users WHERE email = $email",
    )
    .get({ email: lowered(email) });
  const right = await verify(password, row === null || row.password_hash === NO_PASSWORD ? null : row.password_hash);
  return right && row ? userById(row.user_id) : null;
}

function invitedId({ sql }: ControlDatabase, token: string, now: number): string | null {
  const row = sql
    .query<{ user_id: string }, { token_hash: string; now: number }>(
      "SELECT user_id FROM invitations WHERE token_hash = $token_hash AND expires_at > $now",
    )
    .get({ token_hash: hashSecret(token), now });
  return row?.user_id ?? null;
}

function userOf(row: UserRow): User {
  const locations = row.locations === null ? null : locationsSchema.parse(JSON.parse(row.locations));
  return Object.freeze({ ...row, locations, totp: row.totp === 1, invited: row.invited === 1 });
}

function locationsText(locations: readonly string[] | null): string | null {
  return locations === null ? null : JSON.stringify(locations);
}

function lowered(email: string): string {
  return email.trim().normalize("NFC").toLowerCase();
}

function normalEmail(email: string): string {
  const normal = lowered(email);
  if (normal.length > EMAIL_CHARS_MAX || !/^[^\s@<>"]+@[^\s@.<>"]+(\.[^\s@.<>"]+)+$/.test(normal)) {
    throw new ControlError("email_invalid", "Write an address such as name@example.com.", "email");
  }
  return normal;
}
