/**
 * Parses the formula form: arithmetic over aggregates of events.
 *
 *   formula    = term { ("+" | "-") term }
 *   term       = factor { ("*" | "/") factor }
 *   factor     = [ "-" ] ( number | "(" formula ")" | aggregate "(" arguments ")" )
 *   condition  = all { "or" all } ; all = one { "and" one }
 *   one        = "not" one | "(" condition ")" | field comparison
 *   comparison = ("=" | "!=" | "<" | "<=" | ">" | ">=") scalar | "in" "(" scalars ")" | "contains" text | "exists"
 */

import { isField } from "../fields.ts";
import type { Aggregate, ComparisonOp, Condition, Expression, Scalar } from "../types.ts";
import { AGGREGATES, type ArgumentKind, type Arguments } from "./aggregates.ts";
import { type Token, tokenize } from "./tokens.ts";

/** Where a formula is wrong. `position` is a 0-based index into its text; `found` says what kind of thing is there, never what was written. */
export interface FormulaFault {
  position: number;
  expected: string;
  found: string;
}

export type ParsedFormula = { ok: true; expression: Expression } | { ok: false; fault: FormulaFault };
export type ParsedCondition = { ok: true; condition: Condition } | { ok: false; fault: FormulaFault };

export const FORMULA_CHARS_MAX = 4_000;
const DEPTH_MAX = 32;
/** Each is a column of the statement that answers; no definition of ours has more than four. */
const AGGREGATES_MAX = 50;
const COMPARISONS: Readonly<Record<string, ComparisonOp>> = {
  "=": "eq",
  "!=": "ne",
  "<": "lt",
  "<=": "lte",
  ">": "gt",
  ">=": "gte",
};
const KEYWORDS = new Set(["and", "or", "not", "in", "contains", "exists", "true", "false"]);

/** The fault as people read it. */
export function faultText({ position, expected, found }: FormulaFault): string {
  return `At position ${position}: expected ${expected}, found ${found}.`;
}

/** Parses a whole formula. A fault is a value: position, what was expected there, what was found. */
export function parseFormula(text: string): ParsedFormula {
  const parsed = run(text, (parser) => parser.whole());
  return parsed.ok ? { ok: true, expression: parsed.value } : parsed;
}

/** Parses a condition alone, as in the brackets of an aggregate. */
export function parseCondition(text: string): ParsedCondition {
  const parsed = run(text, (parser) => parser.condition());
  return parsed.ok ? { ok: true, condition: parsed.value } : parsed;
}

function run<T>(
  text: string,
  rule: (parser: Parser) => T,
): { ok: true; value: T } | { ok: false; fault: FormulaFault } {
  if (text.length > FORMULA_CHARS_MAX) {
    const expected = `at most ${FORMULA_CHARS_MAX} characters`;
    return { ok: false, fault: { position: FORMULA_CHARS_MAX, expected, found: `${text.length} characters` } };
  }
  const tokens = tokenize(text);
  if ("expected" in tokens) return { ok: false, fault: tokens };
  const parser = new Parser(tokens);
  try {
    const value = rule(parser);
    parser.end();
    return { ok: true, value };
  } catch (error) {
    if (error instanceof Fault) return { ok: false, fault: error.fault };
    throw error;
  }
}

class Fault extends Error {
  constructor(readonly fault: FormulaFault) {
    super(fault.expected);
  }
}

class Parser {
  #at = 0;
  #depth = 0;
  #aggregates = 0;
  constructor(readonly tokens: readonly Token[]) {}

  /** A formula that measures something: of numbers alone there is nothing to ask of the events. */
  whole(): Expression {
    const expression = this.formula();
    this.end();
    if (this.#aggregates > 0) return expression;
    throw new Fault({ position: 0, expected: "an aggregate such as count()", found: "numbers alone" });
  }

  formula(): Expression {
    return this.#nested(() => {
      let left = this.#term();
      for (let op = this.#operator("+", "-"); op; op = this.#operator("+", "-"))
        left = { op, left, right: this.#term() };
      return left;
    });
  }

  condition(): Condition {
    return this.#nested(() => {
      const parts = [this.#all()];
      while (this.#word("or")) parts.push(this.#all());
      const [only] = parts;
      return parts.length === 1 && only ? only : { or: parts };
    });
  }

  end(): void {
    if (this.#token.kind !== "end") this.#fail("an operator or the end");
  }

  #term(): Expression {
    let left = this.#factor();
    for (let op = this.#operator("*", "/"); op; op = this.#operator("*", "/"))
      left = { op, left, right: this.#factor() };
    return left;
  }

  #factor(): Expression {
    const token = this.#token;
    if (this.#symbol("-")) {
      if (this.#token.kind === "number") return { number: -Number(this.#next().text) };
      return { op: "-", left: { number: 0 }, right: this.#nested(() => this.#factor()) };
    }
    if (token.kind === "number") return { number: this.#number() };
    if (this.#symbol("(")) {
      const inner = this.formula();
      this.#expect(")", "an operator or a closing )");
      return inner;
    }
    if (token.kind === "name") return this.#aggregate();
    return this.#fail("a number, an aggregate or an opening (");
  }

  #aggregate(): Aggregate {
    const name = this.#token;
    const aggregate = Object.hasOwn(AGGREGATES, name.text) ? AGGREGATES[name.text] : undefined;
    if (!aggregate) return this.#fail(`one of ${Object.keys(AGGREGATES).join(", ")}`);
    this.#aggregates += 1;
    if (this.#aggregates > AGGREGATES_MAX) this.#fail(`at most ${AGGREGATES_MAX} aggregates`);
    this.#next();
    this.#expect("(", "an opening (");
    const given: Arguments = { numbers: [], fields: [], conditions: [] };
    let first = true;
    for (const kind of aggregate.arguments) {
      if (kind === "condition?" && this.#token.text === ")" && this.#token.kind === "symbol") break;
      if (!first) this.#expect(",", "a comma");
      first = false;
      this.#argument(kind, given);
    }
    this.#expect(")", given.conditions.length > 0 ? "and, or, or a closing )" : "a closing )");
    return aggregate.make(given);
  }

  #argument(kind: ArgumentKind, given: Arguments): void {
    if (kind === "field") given.fields.push(this.#field());
    else if (kind === "condition" || kind === "condition?") given.conditions.push(this.condition());
    else {
      const token = this.#token;
      const number = this.#number();
      if (number < kind.min || number > kind.max || (kind.whole && !Number.isInteger(number)))
        throw new Fault({ position: token.position, expected: kind.says, found: "another number" });
      given.numbers.push(number);
    }
  }

  #all(): Condition {
    const parts = [this.#one()];
    while (this.#word("and")) parts.push(this.#one());
    const [only] = parts;
    return parts.length === 1 && only ? only : { and: parts };
  }

  #one(): Condition {
    if (this.#word("not")) return { not: this.#nested(() => this.#one()) };
    if (this.#symbol("(")) {
      const inner = this.condition();
      this.#expect(")", "and, or, or a closing )");
      return inner;
    }
    const field = this.#field();
    if (this.#word("exists")) return { field, op: "exists", value: true };
    if (this.#word("contains")) return { field, op: "contains", value: this.#text() };
    if (this.#word("in")) return { field, op: "in", value: this.#list() };
    const op = this.#token.kind === "symbol" ? COMPARISONS[this.#token.text] : undefined;
    if (!op) return this.#fail("a comparison: = != < <= > >= in contains exists");
    this.#next();
    return { field, op, value: this.#scalar() };
  }

  #list(): readonly Scalar[] {
    this.#expect("(", "an opening (");
    const values = [this.#scalar()];
    while (this.#symbol(",")) values.push(this.#scalar());
    this.#expect(")", "a comma or a closing )");
    return values;
  }

  #scalar(): Scalar {
    const token = this.#token;
    if (token.kind === "text") return this.#next().text;
    if (this.#word("true")) return true;
    if (this.#word("false")) return false;
    if (this.#symbol("-")) return -this.#number();
    if (token.kind === "number") return this.#number();
    return this.#fail("a text in double quotes, a number, true or false");
  }

  #field(): string {
    const token = this.#token;
    if (token.kind !== "name" || KEYWORDS.has(token.text) || !isField(token.text))
      return this.#fail("a field: type, bot_id, contact_id, value, success … or data.path");
    return this.#next().text;
  }

  #text(): string {
    return this.#token.kind === "text" ? this.#next().text : this.#fail("a text in double quotes");
  }

  #number(): number {
    const token = this.#token;
    const number = Number(token.text);
    if (token.kind !== "number" || !Number.isFinite(number)) return this.#fail("a number");
    this.#next();
    return number;
  }

  #operator<Op extends "+" | "-" | "*" | "/">(...ops: readonly Op[]): Op | null {
    const op = ops.find((op) => this.#token.kind === "symbol" && this.#token.text === op);
    if (op) this.#next();
    return op ?? null;
  }

  #symbol(text: string): boolean {
    return this.#take("symbol", text);
  }

  #word(text: string): boolean {
    return this.#take("name", text);
  }

  #take(kind: Token["kind"], text: string): boolean {
    const taken = this.#token.kind === kind && this.#token.text === text;
    if (taken) this.#next();
    return taken;
  }

  #expect(symbol: string, expected: string): void {
    if (!this.#symbol(symbol)) this.#fail(expected);
  }

  #nested<T>(rule: () => T): T {
    this.#depth += 1;
    if (this.#depth > DEPTH_MAX) this.#fail(`at most ${DEPTH_MAX} levels of brackets`);
    const value = rule();
    this.#depth -= 1;
    return value;
  }

  get #token(): Token {
    return this.tokens[this.#at] ?? { kind: "end", text: "", position: 0 };
  }

  #next(): Token {
    const token = this.#token;
    this.#at += 1;
    return token;
  }

  #fail(expected: string): never {
    const token = this.#token;
    throw new Fault({ position: token.position, expected, found: kindOf(token) });
  }
}

const KINDS: Readonly<Record<Exclude<Token["kind"], "symbol">, string>> = {
  name: "another name",
  number: "a number",
  text: "a text",
  end: "the end",
};

/** Words of the grammar as they are, everything else by its kind: what people write may be somebody's address. */
function kindOf({ kind, text }: Token): string {
  if (kind === "symbol" || (kind === "name" && (KEYWORDS.has(text) || Object.hasOwn(AGGREGATES, text)))) return text;
  return KINDS[kind];
}
