/** What verbs ask of the store's holder: run by the server through its control socket, or by the verb's own process when none runs. */
import { z } from "zod";
import { DEMO_LOCATION, removeDemo } from "../jobs/demo/demo.ts";
import type { Task } from "../socket.ts";
import type { Parts } from "../web/parts.ts";
import { auditCommand } from "./audited.ts";
import { contactTask } from "./contact.ts";
import { storeChecks } from "./doctor-store.ts";
import { exportTask } from "./export.ts";
import { importTask } from "./import.ts";

export const TASKS = {
  import: importTask,
  export: exportTask,
  "demo remove": (parts) => async () => {
    const there = parts.control.location(DEMO_LOCATION) !== null;
    if (there) {
      await removeDemo(parts);
      auditCommand(parts.control, "demo_removed", { location_id: DEMO_LOCATION });
    }
    return { removed: there };
  },
  doctor: (parts) => () => storeChecks(parts),
  "location remove": (parts) => async (input) => {
    const { location_id } = locationSchema.parse(input);
    const there = parts.control.location(location_id) !== null;
    if (there) await parts.ingest.removeLocation(location_id);
    return { removed: there };
  },
  "contact erase": contactTask,
  "rollup rebuild": (parts) => async (_input, progress) => {
    await parts.ingest.exclusively(() => parts.store.rebuildRollups(progress));
    parts.cache.clear();
    auditCommand(parts.control, "rollups_rebuilt");
    return { rebuilt: true };
  },
} satisfies Record<string, (parts: Parts) => Task>;

const locationSchema = z.object({ location_id: z.string() });

/** All of them, over these parts. */
export function tasksOf(parts: Parts): Readonly<Record<string, Task>> {
  return Object.fromEntries(Object.entries(TASKS).map(([name, task]) => [name, task(parts)]));
}
