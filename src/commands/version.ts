/** `version`: what this executable is made of. */
import { versionOf } from "../version.ts";
import { say, type Verb } from "./verb.ts";

export const VERSION_VERB: Verb = {
  name: "version",
  summary: "Prints version, commit, Bun and DuckDB.",
  usage: "",
  flags: [],
  run: async (call) => {
    const version = versionOf();
    say(call, version, [
      `bellwether ${version.version}`,
      `commit ${version.commit}`,
      `Bun ${version.bun}`,
      `DuckDB ${version.duckdb}`,
      `platform ${process.platform}-${process.arch}`,
    ]);
    return 0;
  },
};
