import { expect, test } from "bun:test";
import fc from "fast-check";
import { type Flag, listOf, nearest, parseArguments, UsageError, wholeNumber } from "../../src/commands/arguments.ts";

const FLAGS: readonly Flag[] = [
  { name: "name", value: "NAME", doc: "" },
  { name: "map", value: "FILE", doc: "", repeats: true },
  { name: "limit", value: "N", doc: "" },
  { name: "dry-run", value: null, doc: "" },
];

test("flags take their value from the next word or after an equals sign; other words are kept in order", () => {
  const args = parseArguments(["a.csv", "--name", "one", "b.csv", "--map=m=1.sql", "--dry-run"], FLAGS);
  expect(args.words).toEqual(["a.csv", "b.csv"]);
  expect(args.text("name")).toBe("one");
  expect(args.text("map")).toBe("m=1.sql");
  expect(args.switched("dry-run")).toBe(true);
  expect(args.text("limit")).toBeNull();
});

test("after -- everything is a word, and a single dash is a word", () => {
  expect(parseArguments(["-", "--", "--name", "x"], FLAGS).words).toEqual(["-", "--name", "x"]);
});

test("a repeated flag keeps every value; one that may not repeat is refused", () => {
  expect(parseArguments(["--map", "a", "--map", "b"], FLAGS).all("map")).toEqual(["a", "b"]);
  expect(() => parseArguments(["--name", "a", "--name", "b"], FLAGS)).toThrow("--name is given twice");
});

test("a switch can be turned off again", () => {
  expect(parseArguments(["--dry-run", "--no-dry-run"], FLAGS).switched("dry-run")).toBe(false);
  expect(() => parseArguments(["--dry-run=perhaps"], FLAGS)).toThrow("--dry-run takes no value");
});

const wrong: readonly { argv: string[]; says: string }[] = [
  { argv: ["--nam", "x"], says: "unknown flag --nam; did you mean --name?" },
  { argv: ["--dryrun"], says: "unknown flag --dryrun; did you mean --dry-run?" },
  { argv: ["--completely-else"], says: "unknown flag --completely-else" },
  { argv: ["-n", "x"], says: "unknown flag -n" },
  { argv: ["--name"], says: "--name needs a value: --name NAME" },
];
for (const { argv, says } of wrong) {
  test(`${argv.join(" ")} is a usage error: ${says}`, () => {
    expect(() => parseArguments(argv, FLAGS)).toThrow(UsageError);
    expect(() => parseArguments(argv, FLAGS)).toThrow(says);
  });
}

test("a required flag that is missing is named", () => {
  expect(() => parseArguments([], [{ name: "scope", value: "SCOPES", doc: "", required: true }])).toThrow(
    "--scope SCOPES is required",
  );
});

test("a whole number has a least value and no other form", () => {
  expect(wholeNumber(parseArguments(["--limit", "5"], FLAGS), "limit", 1)).toBe(5);
  expect(wholeNumber(parseArguments([], FLAGS), "limit", 1)).toBeNull();
  for (const text of ["0", "1e3", "-1", "1.5", "x", ""]) {
    expect(() => wholeNumber(parseArguments([`--limit=${text}`], FLAGS), "limit", 1)).toThrow("--limit must be");
  }
});

test("lists are split at commas, blanks dropped", () => {
  expect(listOf(" ingest, read,,")).toEqual(["ingest", "read"]);
});

test("any words are either read or refused as a usage error, never another failure", () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (argv) => {
      try {
        parseArguments(argv, FLAGS);
      } catch (error) {
        expect(error).toBeInstanceOf(UsageError);
      }
    }),
  );
});

test("the nearest word is a slip of the hand away, or none", () => {
  expect(nearest("locaton", ["location", "key"])).toBe("location");
  expect(nearest("xyz", ["location", "key"])).toBeNull();
});
