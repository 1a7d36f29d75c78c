/** Cuts a formula's text into tokens, each with its place, so that an error can point at it. */
export type TokenKind = "name" | "number" | "text" | "symbol" | "end";

export interface Token {
  kind: TokenKind;
  /** A text's content without quotes, else the characters themselves. */
  text: string;
  /** 0-based index into the formula. */
  position: number;
}

/** A character that begins nothing, or a text without its closing quote. */
export interface BadCharacter {
  position: number;
  expected: string;
  found: string;
}

const SPACE = /\s+/uy;
const NUMBER = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const NAME = /[\p{L}_][\p{L}\p{N}_]*/uy;
const SEGMENT = /\.(?:([\p{L}\p{N}_]+)|"((?:[^"\\]|\\.)*)")/uy;
const TEXT = /"((?:[^"\\]|\\.)*)"/uy;
const SYMBOL = /!=|<=|>=|[-+*/(),=<>]/y;

/** Returns the tokens, the last of kind "end", or the first place that is no token. */
export function tokenize(formula: string): readonly Token[] | BadCharacter {
  const tokens: Token[] = [];
  let position = 0;
  while (position < formula.length) {
    const space = match(SPACE, formula, position);
    if (space) {
      position += space[0].length;
      continue;
    }
    const token = tokenAt(formula, position);
    if (!token) return badCharacter(formula, position);
    tokens.push(token.token);
    position = token.end;
  }
  tokens.push({ kind: "end", text: "", position: formula.length });
  return tokens;
}

function tokenAt(formula: string, position: number): { token: Token; end: number } | null {
  const number = match(NUMBER, formula, position);
  if (number) return { token: { kind: "number", text: number[0], position }, end: position + number[0].length };
  const text = match(TEXT, formula, position);
  if (text) return { token: { kind: "text", text: unquoted(text[1] ?? ""), position }, end: position + text[0].length };
  const name = match(NAME, formula, position);
  if (name) return path(formula, position, name[0]);
  const symbol = match(SYMBOL, formula, position);
  if (symbol) return { token: { kind: "symbol", text: symbol[0], position }, end: position + symbol[0].length };
  return null;
}

/** A name and what follows its dots; a key that is no plain name is quoted: data."line item". */
function path(formula: string, position: number, first: string): { token: Token; end: number } {
  let text = first;
  let end = position + first.length;
  for (let segment = match(SEGMENT, formula, end); segment; segment = match(SEGMENT, formula, end)) {
    text += `.${segment[1] ?? unquoted(segment[2] ?? "")}`;
    end += segment[0].length;
  }
  return { token: { kind: "name", text, position }, end };
}

function badCharacter(formula: string, position: number): BadCharacter {
  if (formula[position] === '"') return { position: formula.length, expected: 'a closing "', found: "the end" };
  const expected = "a name, a number, a text in double quotes, an operator or a bracket";
  return { position, expected, found: "another character" };
}

function match(pattern: RegExp, text: string, position: number): RegExpExecArray | null {
  pattern.lastIndex = position;
  return pattern.exec(text);
}

function unquoted(quoted: string): string {
  return quoted.replace(/\\(.)/gsu, "$1");
}
