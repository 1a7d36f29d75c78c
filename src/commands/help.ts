/** The help texts, made from the verbs' own table. */
import type { Flag } from "./arguments.ts";
import type { Verb } from "./verb.ts";

export function generalHelp(verbs: readonly Verb[]): string {
  return [
    "bellwether: BI for teams whose work is done by bots",
    "",
    "Usage: bellwether VERB [flags]",
    "",
    ...rows(verbs.map((verb) => [verb.name, verb.summary])),
    "",
    "bellwether VERB --help tells more. All verbs take --data DIR (default ./data) and --json.",
    "A setting is taken from its flag, else BELLWETHER_… in the environment, else DIR/bellwether.toml, else its default.",
    "Exit codes: 0 done, 1 failed, 2 called wrongly.",
  ].join("\n");
}

export function groupHelp(group: string, verbs: readonly Verb[]): string {
  return [`Usage: bellwether ${group} VERB [flags]`, "", ...rows(verbs.map((verb) => [verb.name, verb.summary]))].join(
    "\n",
  );
}

export function verbHelp(verb: Verb, flags: readonly Flag[]): string {
  return [
    verb.summary,
    "",
    `Usage: bellwether ${verb.name}${verb.usage === "" ? "" : ` ${verb.usage}`}`,
    "",
    ...rows(flags.map((flag) => [`--${flag.name}${flag.value === null ? "" : ` ${flag.value}`}`, flag.doc])),
  ].join("\n");
}

function rows(pairs: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(...pairs.map(([left]) => left.length));
  return pairs.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
