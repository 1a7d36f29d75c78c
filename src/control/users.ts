import { z } from "zod";
import type { Control } from "./control.ts";
import { type ControlDatabase, remembered } from "./database.ts";
import { ControlError } from "./error.ts";
import { passwords } from "./passwords.ts";
import { newSecret } from "./secrets.ts";
import type { Role, User } from "./types.ts";

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
>;

interface UserRow extends Omit<User, "locations"> {
  locations: string | null;
  password_hash: string;
}

const EMAIL_CHARS_MAX = 254;
const locationsSchema = z.array(z.string()).nullable();

/** People: who may sign in, and as what. */
export function usersOf(database: ControlDatabase): Users {
  const { sql } = database;
  const { hash, verify } = passwords();
  const all = remembered(database, () => {
    const rows = sql.query<UserRow, []>("SELECT * FROM users ORDER BY created_at, user_id").all();
    return Object.freeze(rows.map(userOf));
  });
  const userById = (user_id: string) => all().find((user) => user.user_id === user_id) ?? null;
  const endSessions = sql.query("DELETE FROM sessions WHERE user_id = $user_id");
  let setupToken: string | null = null;

  const insert = (given: NewUser, password_hash: string, ifNone: boolean): User => {
    const user: User = {
      user_id: Bun.randomUUIDv7(),
      email: normalEmail(given.email),
      name: given.name.trim(),
      role: given.role,
      locations: given.locations,
      theme: "system",
      created_at: database.now(),
    };
    return database.changeDurably(() => {
      if (ifNone && all().length > 0) throw new ControlError("already_set_up", "An account exists already.");
      if (emailTaken(user.email))
        throw new ControlError("email_taken", "This address has an account already.", "email");
      sql
        .query(
          "INSERT INTO users VALUES ($user_id, $email, $name, $role, $locations, $theme, $password_hash, $created_at)",
        )
        .run({ ...user, locations: locationsText(user.locations), password_hash });
      return user;
    });
  };
  const emailTaken = (email: string) => sql.query("SELECT 1 FROM users WHERE email = $email").get({ email }) !== null;

  return {
    userCount: () => all().length,
    users: all,
    async addUser(given) {
      const email = normalEmail(given.email);
      if (emailTaken(email)) throw new ControlError("email_taken", "This address has an account already.", "email");
      return insert(given, await hash(given.password), false);
    },
    async addOwner(given) {
      const owner: NewUser = { ...given, role: "owner", locations: null };
      normalEmail(owner.email);
      // The hash takes long enough for another setup to overtake: the insert looks again.
      return insert(owner, await hash(given.password), true);
    },
    removeUser(user_id) {
      return (
        database.changeDurably(() => sql.query("DELETE FROM users WHERE user_id = $user_id").run({ user_id })).changes >
        0
      );
    },
    setUser(user_id, change) {
      const known = userById(user_id);
      if (!known) return null;
      const { name, role, locations, theme } = { ...known, ...change };
      database.changeDurably(() => {
        sql
          .query(
            "UPDATE users SET name = $name, role = $role, locations = $locations, theme = $theme WHERE user_id = $user_id",
          )
          .run({ user_id, name, role, locations: locationsText(locations), theme });
        if (change.role !== undefined || change.locations !== undefined) endSessions.run({ user_id });
      });
      return userById(user_id);
    },
    async setPassword(user_id, password) {
      const password_hash = await hash(password);
      database.changeDurably(() => {
        sql
          .query("UPDATE users SET password_hash = $password_hash WHERE user_id = $user_id")
          .run({ user_id, password_hash });
        endSessions.run({ user_id });
      });
    },
    async checkPassword(email, password) {
      const row = sql
        .query<{ user_id: string; password_hash: string }, { email: string }>(
          "SELECT user_id, password_hash FROM users WHERE email = $email",
        )
        .get({ email: lowered(email) });
      const right = await verify(password, row?.password_hash ?? null);
      return right && row ? userById(row.user_id) : null;
    },
    setupToken() {
      if (all().length > 0) return null;
      setupToken ??= newSecret();
      return setupToken;
    },
  };
}

interface NewUser {
  email: string;
  name: string;
  password: string;
  role: Role;
  locations: readonly string[] | null;
}

function userOf(row: UserRow): User {
  const { password_hash: _, ...user } = row;
  const locations = row.locations === null ? null : locationsSchema.parse(JSON.parse(row.locations));
  return Object.freeze({ ...user, locations });
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
