/** `user add, list, set, remove`: people who may log in. */
import { readFileSync } from "node:fs";
import type { Control } from "../control/control.ts";
import type { Role, User } from "../control/types.ts";
import { type Flag, listOf, UsageError } from "./arguments.ts";
import { auditCommand } from "./audited.ts";
import { needData, withControl } from "./data.ts";
import { type Call, CommandFailed, say, table, type Verb, when } from "./verb.ts";

const ROLES: readonly Role[] = ["owner", "admin", "analyst", "viewer"];
const PASSWORD_FLAG: Flag = {
  name: "password-file",
  value: "FILE",
  doc: "File that holds the password; - reads it from standard input. Else BELLWETHER_PASSWORD.",
};
const SHARED_FLAGS: readonly Flag[] = [
  { name: "name", value: "NAME", doc: "As shown to others." },
  { name: "role", value: "ROLE", doc: `One of ${ROLES.join(", ")}.` },
  { name: "locations", value: "IDS", doc: "Comma-separated locations that they see, or all." },
  PASSWORD_FLAG,
];

export const USER_VERBS: readonly Verb[] = [
  {
    name: "user add",
    summary: "Adds a person who may log in. The password comes from a file, standard input or the environment.",
    usage: "EMAIL --role viewer [--name NAME] [--locations a,b] --password-file FILE",
    flags: SHARED_FLAGS,
    creates: true,
    run: add,
  },
  { name: "user list", summary: "Lists the people.", usage: "", flags: [], run: list },
  {
    name: "user set",
    summary: "Changes a person's name, role, locations or password.",
    usage: "EMAIL [--name NAME] [--role ROLE] [--locations a,b] [--password-file FILE]",
    flags: SHARED_FLAGS,
    run: set,
  },
  { name: "user remove", summary: "Removes a person and ends their sessions.", usage: "EMAIL", flags: [], run: remove },
];

async function add(call: Call): Promise<number> {
  const email = emailOf(call);
  const asked = roleOf(call);
  const password = passwordOf(call);
  if (password === null) throw new UsageError("a password is needed: --password-file FILE, or BELLWETHER_PASSWORD");
  const user = await withControl(call, async (control) => {
    if (userOf(control, email) !== null) throw new CommandFailed(`there is a user ${email} already`);
    const role = asked ?? (control.userCount() === 0 ? "owner" : "viewer");
    const added = await control.addUser({
      email,
      name: call.args.text("name") ?? email,
      password,
      role,
      locations: locationsOf(call) ?? null,
    });
    auditCommand(control, "user_added", { object: added.user_id, details: { role: added.role } });
    return added;
  });
  say(call, user, [`Added ${user.email} (${user.role}).`]);
  return 0;
}

async function list(call: Call): Promise<number> {
  needData(call);
  const users = await withControl(call, (control) => control.users());
  const rows = users.map((user) => [
    user.email,
    user.name,
    user.role,
    user.locations?.join(",") ?? "all",
    when(user.created_at),
  ]);
  say(
    call,
    { users },
    table(
      ["EMAIL", "NAME", "ROLE", "LOCATIONS", "SINCE"],
      rows,
      "No users yet: open the setup link that serve prints.",
    ),
  );
  return 0;
}

async function set(call: Call): Promise<number> {
  needData(call);
  const name = call.args.text("name");
  const role = roleOf(call);
  const locations = locationsOf(call);
  const password = passwordOf(call);
  const changed = await withControl(call, async (control) => {
    const user = neededUser(control, emailOf(call));
    const change = {
      ...(name === null ? {} : { name }),
      ...(role === null ? {} : { role }),
      ...(locations === undefined ? {} : { locations }),
    };
    if (Object.keys(change).length === 0 && password === null) {
      throw new UsageError("nothing to change: give --name, --role, --locations or --password-file");
    }
    // Before the password, which takes a while: half a change is worse than none.
    if (role !== null && role !== "owner") keepAnOwner(control, user);
    if (password !== null) {
      await control.setPassword(user.user_id, password);
      auditCommand(control, "password_changed", { object: user.user_id });
    }
    if (Object.keys(change).length === 0) return user;
    const set = control.setUser(user.user_id, change);
    const fields = Object.keys(change).join(",");
    auditCommand(control, "user_changed", { object: user.user_id, details: { fields, role: set?.role ?? user.role } });
    return set;
  });
  say(call, changed, [`Changed ${changed?.email}.`]);
  return 0;
}

async function remove(call: Call): Promise<number> {
  const email = emailOf(call);
  needData(call);
  await withControl(call, (control) => {
    const user = neededUser(control, email);
    control.removeUser(user.user_id);
    auditCommand(control, "user_removed", { object: user.user_id, details: { role: user.role } });
  });
  say(call, { removed: email }, [`Removed ${email}.`]);
  return 0;
}

function emailOf(call: Call): string {
  const [email] = call.args.words;
  if (email === undefined) throw new UsageError("whose? give the e-mail address");
  return email;
}

function roleOf(call: Call): Role | null {
  const text = call.args.text("role");
  if (text === null) return null;
  const role = ROLES.find((known) => known === text);
  if (role === undefined) throw new UsageError(`--role: ${text} is none of ${ROLES.join(", ")}`);
  return role;
}

/** undefined: not given; null: all. */
function locationsOf(call: Call): readonly string[] | null | undefined {
  const text = call.args.text("locations");
  if (text === null) return undefined;
  return text === "all" ? null : listOf(text);
}

/** Never a flag: what stands on a command line is seen by everyone on the machine. */
function passwordOf(call: Call): string | null {
  const file = call.args.text("password-file") ?? process.env.BELLWETHER_PASSWORD_FILE;
  if (file === undefined) return process.env.BELLWETHER_PASSWORD ?? null;
  try {
    return readFileSync(file === "-" ? 0 : file, "utf8").replace(/\r?\n$/, "");
  } catch {
    throw new CommandFailed(`the password file ${file} cannot be read`);
  }
}

function userOf(control: Control, email: string): User | null {
  return control.users().find((user) => user.email.toLowerCase() === email.toLowerCase()) ?? null;
}

function neededUser(control: Control, email: string): User {
  const user = userOf(control, email);
  if (user === null) throw new CommandFailed(`there is no user ${email}; user list shows them`);
  return user;
}

/** Without an owner nobody could ever be let in again except by this command line. */
function keepAnOwner(control: Control, user: User): void {
  if (user.role !== "owner" || control.users().filter((other) => other.role === "owner").length > 1) return;
  throw new CommandFailed(`${user.email} is the only owner; make another one first`);
}
