import type { Control } from "./control.ts";
import { type ControlDatabase, remembered } from "./database.ts";

/** Small facts of the appliance, by name. */
export function factsOf(database: ControlDatabase): Pick<Control, "fact" | "setFact"> {
  const all = remembered(database, () => {
    const rows = database.sql.query<{ name: string; value: string }, []>("SELECT name, value FROM facts").all();
    return new Map(rows.map((row) => [row.name, row.value]));
  });
  const put = database.sql.query("INSERT INTO facts VALUES ($name, $value) ON CONFLICT DO UPDATE SET value = $value");
  return {
    fact: (name) => all().get(name) ?? null,
    setFact(name, value) {
      database.change(() => put.run({ name, value }));
    },
  };
}
