/** What a page that stands for weeks was made from: of another program, or other cards, it is loaded again. */
import { ASSETS_VERSION } from "../../../views/assets.ts";
import type { Dashboard } from "../../control/dashboards.ts";
import type { Parts } from "../parts.ts";

export function standingVersion({ version }: Parts, dashboards: readonly Dashboard[]): string {
  const made = dashboards.map(({ dashboard_id, revision }) => `${dashboard_id}.${revision}`);
  return Bun.hash([version.version, version.commit, ASSETS_VERSION, ...made].join(" ")).toString(36);
}
