/**
 * Cells and rows as text, made by the database: for files of a million rows, which cell by cell would keep everybody
 * else waiting. What it writes is what src/export writes; a test holds that.
 */

export interface LineCell {
  name: string;
  /** A column, or an expression that costs nothing to repeat. */
  sql: string;
  kind: "text" | "time" | "money" | "number" | "boolean" | "json";
}

/**
 * The beginning of what a spreadsheet takes for a formula (OWASP, CSV injection), full-width signs included; a number with
 * a sign is none. For RE2 and JavaScript alike.
 */
export const FORMULA = `^(?:[=@${"\\t\\r\\n"}＝＋－＠]|${String.raw`[+-](?:$|\D|\d+(?:[^\d.eE]|\.(?:$|\D|\d+[^\deE])|(?:\.\d+)?[eE](?:$|[^\d+-]|[+-](?:$|\D)|[+-]?\d+\D)))`})`;

/** A line of CSV without its end; `cells` of an event. */
export function csvLineSql(cells: readonly LineCell[]): string {
  return cells.map((cell) => `coalesce(${csvSql(cell)}, '')`).join(" || ',' || ");
}

/** The row as an object of JSON. */
export function jsonLineSql(cells: readonly LineCell[]): string {
  const fields = cells.map((cell, at) => {
    const key = `${at === 0 ? "{" : ","}${JSON.stringify(cell.name)}:`;
    return `'${key.replaceAll("'", "''")}' || coalesce(${jsonSql(cell)}, 'null')`;
  });
  return `${fields.join(" || ")} || '}'`;
}

function csvSql({ sql, kind }: LineCell): string {
  if (kind === "text" || kind === "json") return textSql(kind === "json" ? `${sql}::VARCHAR` : sql);
  return plainSql({ sql, kind });
}

function jsonSql({ sql, kind }: Omit<LineCell, "name">): string {
  if (kind === "json") return `${sql}::VARCHAR`;
  if (kind === "text") return `to_json(${sql})::VARCHAR`;
  const plain = plainSql({ sql, kind });
  return kind === "time" || kind === "money" ? `'"' || ${plain} || '"'` : plain;
}

function plainSql({ sql, kind }: Omit<LineCell, "name">): string {
  if (kind === "time") return instantTextSql(sql);
  // Two places at least, further zeros trimmed.
  if (kind === "money") return String.raw`regexp_replace(${sql}::VARCHAR, '(\.\d\d(\d*[1-9])?)0*$', '\1')`;
  if (kind === "number") return String.raw`regexp_replace(to_json(${sql})::VARCHAR, '\.0$', '')`;
  return `${sql}::VARCHAR`;
}

/** Short, as it is planned anew for each packet. */
function textSql(sql: string): string {
  return `'"' || replace(regexp_replace(${sql}, '${FORMULA.replaceAll("'", "''")}', '''\\0'), '"', '""') || '"'`;
}

/** RFC 3339 as formatInstant writes it: milliseconds or microseconds only where there are some. */
function instantTextSql(sql: string): string {
  const us = `epoch_us(${sql})`;
  const format = (places: string): string => `strftime(${sql}, '%Y-%m-%dT%H:%M:%S${places}Z')`;
  return `CASE WHEN ${us} % 1000000 = 0 THEN ${format("")} WHEN ${us} % 1000 = 0 THEN ${format(".%g")} ELSE ${format(".%f")} END`;
}
