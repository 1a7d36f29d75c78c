/** Sessions and the first account. */
import { number, type Setting, text } from "../setting.ts";

export const PEOPLE_SETTINGS: readonly Setting[] = [
  number("session_idle_min", 1, 525_600, 30, "Minutes without a request after which a session ends."),
  number("session_absolute_h", 1, 8760, 8, "Hours after which a session ends in any case."),
  number("session_remember_days", 1, 3650, 30, "Days a session lasts with “keep me signed in”."),
  {
    ...text(
      "admin_email",
      "EMAIL",
      "",
      "E-mail of the owner account made at the first start, instead of the setup link.",
    ),
    flag: null,
    secret: true,
  },
  { ...text("admin_password", "PASSWORD", "", "Its password."), flag: null, secret: true },
];
