/** The presets that the menu of a page offers. */
import type { PresetMenuProps } from "../../../views/parts/preset-menu.ts";
import { sharedText, type ViewQuery } from "../../../views/parts/query.ts";
import type { Caller } from "../../control/types.ts";
import { requireUser } from "../access.ts";
import type { Parts } from "../parts.ts";
import { heldQuery, ownerOf, presetsSeenBy, withHeld } from "../presets.ts";

/** Each leads to this very page; one of which not everything holds goes by its id, so that the page says what was left out. */
export function presetsShown(
  parts: Parts,
  request: Request,
  caller: Caller,
  query: ViewQuery,
): Omit<PresetMenuProps, "query"> {
  const begins = parts.control.defaultPreset(ownerOf(caller));
  const in_force = sharedText(query);
  return {
    shares: caller.scopes.includes("export"),
    csrf: requireUser(parts, request).csrf,
    presets: presetsSeenBy(parts, caller).map(({ preset_id, name, query: text, owner, owner_name, shared }) => {
      const held = heldQuery(parts, caller, text);
      const own = new URLSearchParams({ ...query.own, preset: preset_id });
      return {
        preset_id,
        name,
        href: held.left_out.length === 0 ? withHeld(held, query.path, query.own) : `${query.path}?${own}`,
        current: held.left_out.length === 0 && held.text === in_force,
        begins: preset_id === begins,
        by: owner === ownerOf(caller) ? null : owner_name,
        shared,
      };
    }),
  };
}
