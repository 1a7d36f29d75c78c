/** The command line: picks a verb. Exit codes: 0 done, 1 failed, 2 called wrongly. */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Arguments, type Flag, nearest, parseArguments, UsageError } from "./commands/arguments.ts";
import { generalHelp, groupHelp, verbHelp } from "./commands/help.ts";
import { CommandFailed, type Verb } from "./commands/verb.ts";
import { VERBS } from "./commands/verbs.ts";
import { dataDirectory, dataPaths, type Settings, SettingsError, settingsOf } from "./config.ts";
import { useNativeDirectory } from "./store/native.ts";

const COMMON: readonly Flag[] = [
  { name: "data", value: "DIR", doc: "The data directory. Default: ./data." },
  { name: "json", value: null, doc: "The answer as JSON on standard output." },
  { name: "help", value: null, doc: "This text." },
];

async function main(argv: readonly string[]): Promise<number> {
  const [first = "help"] = argv;
  if (first === "help" || first === "--help" || first === "-h") return print(generalHelp(VERBS));
  const verb = verbOf(argv);
  if (verb === null) return unknownVerb(argv);
  const rest = argv.slice(verb.name.split(" ").length).map((word) => (word === "-h" ? "--help" : word));
  const flags = [...verb.flags, ...COMMON.filter((flag) => verb.flags.every((own) => own.name !== flag.name))];
  if (rest.includes("--help")) return print(verbHelp(verb, flags));
  const args = parseArguments(rest, flags);
  const settings = readSettings(args, verb);
  useNativeDirectory(dataPaths(settings.data).native);
  return await verb.run({ args, settings, json: args.switched("json"), out: console.log, err: console.error });
}

/** The longest verb that the first words spell. */
function verbOf(argv: readonly string[]): Verb | null {
  const two = argv.slice(0, 2).join(" ");
  return VERBS.find((verb) => verb.name === two) ?? VERBS.find((verb) => verb.name === argv[0]) ?? null;
}

function unknownVerb(argv: readonly string[]): number {
  const [first = "", second] = argv;
  const group = VERBS.filter((verb) => verb.name.startsWith(`${first} `));
  if (group.length > 0 && (second === "--help" || second === "-h")) return print(groupHelp(first, group));
  if (group.length > 0 && (second === undefined || second.startsWith("-"))) {
    throw new UsageError(`${first} what? ${group.map((verb) => verb.name).join(", ")}`);
  }
  const near = nearest(
    group.length > 0 ? `${first} ${second}` : first,
    (group.length > 0 ? group : VERBS).map((verb) => verb.name),
  );
  const asked = group.length > 0 ? `${first} ${second}` : first;
  throw new UsageError(`unknown verb ${asked}${near === null ? "" : `; did you mean ${near}?`}`);
}

/** The directory first, as its bellwether.toml has a say in the rest. */
function readSettings(args: Arguments, verb: Verb): Settings {
  const data = resolve(dataDirectory(args, process.env));
  if (verb.creates) makeDirectory(data);
  const toml = dataPaths(data).toml;
  return { ...settingsOf(args, process.env, existsSync(toml) ? readFileSync(toml, "utf8") : ""), data };
}

function makeDirectory(data: string): void {
  try {
    mkdirSync(data, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new CommandFailed(
      `the data directory ${data} cannot be made: ${error instanceof Error ? error.message : error}`,
    );
  }
}

function print(text: string): number {
  console.log(text);
  return 0;
}

/** One line for what was expected to be able to fail; a trace for what was not. */
function explain(error: unknown): number {
  if (error instanceof UsageError || error instanceof SettingsError) {
    console.error(`bellwether: ${error.message}\nSee bellwether --help.`);
    return 2;
  }
  if (error instanceof CommandFailed) console.error(`bellwether: ${error.message}`);
  else console.error(error);
  return 1;
}

process.exit(await main(process.argv.slice(2)).catch(explain));
