/** `demo remove`: the simulated location and everything in it. */
import { z } from "zod";
import { needData, runTask } from "./data.ts";
import { say, type Verb } from "./verb.ts";

export const DEMO_VERB: Verb = {
  name: "demo remove",
  summary: "Removes the demo location with its events, rollups and key.",
  usage: "",
  flags: [],
  run: async (call) => {
    needData(call);
    const answer = z.object({ removed: z.boolean() }).parse(await runTask(call, "demo remove", null, () => {}));
    say(call, answer, [answer.removed ? "The demo is removed." : "There is no demo here."]);
    return 0;
  },
};
