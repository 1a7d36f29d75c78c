/**
 * JSON text over several lines, as people read it. The text's own characters are kept, digit for digit: parsed and
 * written anew, a long number would lose some. What is no JSON comes back as it is.
 */
export function indented(text: string): string {
  try {
    JSON.parse(text);
  } catch {
    return text;
  }
  let depth = 0;
  let result = "";
  let opened = false;
  for (const [token] of text.matchAll(TOKEN)) {
    const closes = token === "}" || token === "]";
    if (closes) depth--;
    // After what opens, before what closes, and nothing between the two of an empty pair.
    if (opened !== closes) result += `\n${"  ".repeat(depth)}`;
    opened = token === "{" || token === "[";
    if (opened) depth++;
    result += token === ":" ? ": " : token;
    if (token === ",") result += `\n${"  ".repeat(depth)}`;
  }
  return result;
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/gsu;
