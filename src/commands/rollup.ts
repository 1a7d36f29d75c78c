/** `rollup rebuild`: all rollups again from the raw events. */
import { needData, progressBar, runTask } from "./data.ts";
import { say, type Verb } from "./verb.ts";

export const ROLLUP_VERB: Verb = {
  name: "rollup rebuild",
  summary: "Rebuilds all rollups from the raw events; ingest goes on, its events wait meanwhile.",
  usage: "",
  flags: [],
  run: async (call) => {
    needData(call);
    const answer = await runTask(call, "rollup rebuild", null, progressBar(call, "Rollups"));
    say(call, answer, ["Rollups rebuilt."]);
    return 0;
  },
};
