import { ControlError } from "./error.ts";

/** OWASP's smallest argon2id for interactive logins. */
const ARGON2ID = { algorithm: "argon2id", memoryCost: 19_456, timeCost: 2 } as const;
const AT_ONCE_MAX = 4;
const WAITING_MAX = 64;

const PASSWORD_CHARS_MIN = 12;
const PASSWORD_CHARS_MAX = 512;

/** Hash of a password that nobody has: what an unknown address is compared with, so that it takes as long as a known one. */
const NOBODYS_HASH =
  "$argon2id$v=19$m=19456,t=2,p=1$Q8LGvxLsZTeRRIYhxtzggR24dPEYBeJuowUOaT3aMT8$SBItx2TM934m8jq95nX1bhOogEeM5o4oT2rUd89SNoQ";

export interface Passwords {
  hash(password: string): Promise<string>;
  /** `hash` null: false, after the same work. */
  verify(password: string, hash: string | null): Promise<boolean>;
}

/** Hashing costs 19 MB and a core each: at most 4 at once, 64 waiting, then ControlError("busy"). */
export function passwords(): Passwords {
  const limited = atMost(AT_ONCE_MAX, WAITING_MAX);
  return {
    async hash(password) {
      checkPassword(password);
      return limited(() => Bun.password.hash(password, ARGON2ID));
    },
    async verify(password, hash) {
      // Longer ones cannot be anybody's: no work for them.
      if (password.length > PASSWORD_CHARS_MAX) return false;
      const same = await limited(() => Bun.password.verify(password, hash ?? NOBODYS_HASH));
      return same && hash !== null;
    },
  };
}

function checkPassword(password: string): void {
  if (password.length < PASSWORD_CHARS_MIN) {
    throw new ControlError("password_invalid", `Use at least ${PASSWORD_CHARS_MIN} characters.`, "password");
  }
  if (password.length > PASSWORD_CHARS_MAX) {
    throw new ControlError("password_invalid", `Use at most ${PASSWORD_CHARS_MAX} characters.`, "password");
  }
}

function atMost(running_max: number, waiting_max: number) {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= running_max) {
      if (waiting.length >= waiting_max)
        throw new ControlError("busy", "Too many sign-ins at once. Try again in a moment.");
      await new Promise<void>((resume) => waiting.push(resume));
    } else {
      running++;
    }
    try {
      return await work();
    } finally {
      // The place is handed on, so that nobody slips in between.
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
