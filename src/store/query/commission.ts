/** The commission rate in force, as SQL. Which rule wins: the most specific scope, then the latest that has begun. */
import type { CommissionRule } from "../../catalogue/types.ts";
import type { Param } from "../values.ts";
import { bound } from "./binds.ts";
import { instantSql } from "./time.ts";

const DEFAULT_RATE = "0.06";
const RATE_TYPE = "DECIMAL(10,8)";

/** The rules that can matter to the locations asked about, in the order in which they are tried. */
export function rulesFor(
  rules: readonly CommissionRule[],
  locations: readonly string[] | null,
): readonly CommissionRule[] {
  return rules
    .filter((rule) => rule.location_id === null || locations === null || locations.includes(rule.location_id))
    .toSorted((a, b) => rankOf(b) - rankOf(a) || b.valid_from - a.valid_from);
}

/** DECIMAL(10,8) over the columns location_id and bot_id and the given TIMESTAMP. */
export function rateSql(rules: readonly CommissionRule[], time: string, params: Param[]): string {
  const branches = rules.map((rule) => {
    const tests = [`${time} >= ${instantSql(rule.valid_from)}`];
    if (rule.location_id !== null) tests.push(`location_id = ${bound(params, rule.location_id)}`);
    if (rule.bot_id !== null) tests.push(`bot_id = ${bound(params, rule.bot_id)}`);
    return ` WHEN ${tests.join(" AND ")} THEN CAST(${bound(params, rule.rate)} AS ${RATE_TYPE})`;
  });
  const standard = `CAST('${DEFAULT_RATE}' AS ${RATE_TYPE})`;
  return branches.length === 0 ? standard : `(CASE${branches.join("")} ELSE ${standard} END)`;
}

function rankOf(rule: CommissionRule): number {
  return (rule.location_id === null ? 0 : 2) + (rule.bot_id === null ? 0 : 1);
}
