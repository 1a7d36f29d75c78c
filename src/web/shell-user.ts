/** Who is signed in, for the shell around any page. */
import type { ShellUser } from "../../views/layout.ts";
import { requireCaller, requireUser } from "./access.ts";
import type { Parts } from "./parts.ts";
import { heldQuery } from "./presets.ts";

/** The signed-in person for the shell of any page; throws Problem 401 for nobody and for keys. */
export function shellUser(parts: Parts, request: Request): ShellUser {
  const { user, csrf } = requireUser(parts, request);
  const { name, email, role, theme, locations, user_id } = user;
  const last = heldQuery(parts, requireCaller(parts, request), parts.control.lastQuery(user_id));
  return {
    name,
    email,
    role,
    theme,
    csrf,
    carried: last.text,
    open_alerts: parts.control.openAlerts(locations),
  };
}
