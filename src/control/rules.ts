import type { Control } from "./control.ts";
import { type ControlDatabase, remembered } from "./database.ts";
import { ControlError } from "./error.ts";
import type { RuleRow, TargetRow } from "./types.ts";

type Rules = Pick<
  Control,
  | "commissionRules"
  | "addCommissionRule"
  | "setCommissionRule"
  | "removeCommissionRule"
  | "targets"
  | "setTarget"
  | "removeTarget"
>;

/** Rollups have 15-minute buckets: a rate that changed inside one could not be told apart there. */
const RULE_STEP_US = 15 * 60 * 1_000_000;

/** Commission rules and targets. The default of 6% is the query's, not a row here. */
export function rulesOf(database: ControlDatabase): Rules {
  const { sql } = database;
  const rules = remembered(database, () =>
    Object.freeze(
      sql
        .query<RuleRow, []>(
          "SELECT rule_id, location_id, bot_id, rate, valid_from FROM commission_rules ORDER BY valid_from, rule_id",
        )
        .all(),
    ),
  );
  const targets = remembered(database, () =>
    Object.freeze(
      sql.query<TargetRow, []>("SELECT kpi, location_id, value FROM targets ORDER BY kpi, location_id").all(),
    ),
  );
  const putRule = sql.query<RuleRow, Omit<RuleRow, "rule_id">>(
    `INSERT INTO commission_rules (location_id, bot_id, rate, valid_from) VALUES ($location_id, $bot_id, $rate, $valid_from)
     ON CONFLICT (ifnull(location_id, ''), ifnull(bot_id, ''), valid_from) DO UPDATE SET rate = $rate
     RETURNING rule_id, location_id, bot_id, rate, valid_from`,
  );
  const putTarget = sql.query(
    "INSERT INTO targets VALUES ($kpi, $location_id, $value) ON CONFLICT DO UPDATE SET value = $value",
  );
  const taken = sql.query<{ rule_id: number }, Omit<RuleRow, "rate">>(
    `SELECT rule_id FROM commission_rules WHERE ifnull(location_id, '') = ifnull($location_id, '')
     AND ifnull(bot_id, '') = ifnull($bot_id, '') AND valid_from = $valid_from AND rule_id <> $rule_id`,
  );
  return {
    commissionRules: rules,
    addCommissionRule({ location_id, bot_id, rate, valid_from }) {
      checkRule(rate, valid_from);
      const row = database.change(() => putRule.get({ location_id, bot_id, rate, valid_from }));
      if (!row) throw new Error("a commission rule was not returned by its insert");
      return row;
    },
    setCommissionRule(rule_id, change) {
      const known = rules().find((rule) => rule.rule_id === rule_id);
      if (!known) return null;
      const next: RuleRow = { ...known, ...change };
      checkRule(next.rate, next.valid_from);
      database.change(() => {
        const { rate, ...place } = next;
        if (taken.get(place) !== null)
          throw new ControlError("rule_taken", "Another rule of this scope begins at that time.", "valid_from");
        sql
          .query("UPDATE commission_rules SET rate = $rate, valid_from = $valid_from WHERE rule_id = $rule_id")
          .run({ rate, valid_from: next.valid_from, rule_id });
      });
      return next;
    },
    removeCommissionRule: (rule_id) =>
      database.change(() => sql.query("DELETE FROM commission_rules WHERE rule_id = $rule_id").run({ rule_id }))
        .changes > 0,
    targets,
    setTarget({ kpi, location_id, value }) {
      database.change(() => putTarget.run({ kpi, location_id, value }));
    },
    removeTarget: (kpi, location_id) =>
      database.change(() =>
        sql.query("DELETE FROM targets WHERE kpi = $kpi AND location_id = $location_id").run({ kpi, location_id }),
      ).changes > 0,
  };
}

function checkRule(rate: string, valid_from: number): void {
  // A fraction from 0 to 1 with at most 6 places: 0.06 is six percent, and 6 is a slip.
  if (!/^(0(\.\d{1,6})?|1(\.0{1,6})?)$/.test(rate)) {
    throw new ControlError("rule_invalid", "Use a fraction from 0 to 1 with at most 6 places, such as 0.06.", "rate");
  }
  if (!Number.isSafeInteger(valid_from) || valid_from % RULE_STEP_US !== 0) {
    throw new ControlError("rule_invalid", "Use a quarter of an hour, such as 2026-01-01T00:00:00Z.", "valid_from");
  }
}
