/** How the rows are told: as lines of a terminal, and as docs/benchmarks.md. */
import type { InsightRow } from "./row.ts";

export interface Part {
  name: string;
  title: string;
  rows: readonly InsightRow[];
}

export interface Facts {
  date: string;
  commit: string;
  machine: string;
}

type Verdict = "aim" | "met" | "MISS" | "shown";

const DATA = `| data | what | licence |
|---|---|---|
| [NAB](https://github.com/numenta/NAB) | 58 series, 365,558 values, 116 labelled windows | MIT |
| [M4](https://github.com/Mcompetitions/M4-methods) Weekly, Hourly | 359 and 414 series | none given |
| [M3](https://forecasters.org/resources/time-series-data/m3-competition/) Monthly, Quarterly | 1,428 and 756 series | with a GPL package (Mcomp) |
| [tourism](https://zenodo.org/records/4656096) monthly | 366 series | with a GPL package (Tcomp) |
| [NN5](https://zenodo.org/records/4656117) daily | 111 series | CC BY 4.0 |
| [hotel bookings](https://doi.org/10.1016/j.dib.2018.11.126) | two hotels, by day | CC BY 4.0 |
| [telco churn](https://github.com/IBM/telco-customer-churn-on-icp4d) | 7,043 customers | Apache-2.0 |

None of it is part of the repository or of the executable.`;

export function written(parts: readonly Part[], { date, commit, machine }: Facts): string {
  const rows = parts.flatMap((part) => part.rows).filter(({ gate }) => !Number.isNaN(gate));
  const count = (...verdicts: Verdict[]): number => rows.filter((row) => verdicts.includes(verdictOf(row))).length;
  return `# Benchmarks of the analysis

Written by \`bun run bench insight\` on ${date} at commit ${commit} (a + stands for changes not committed), on ${machine}. Of ${rows.length} rows with a gate, ${count("aim", "met")} meet it and ${count("aim")} reach their aim, too.

Repeat it: lay the data below into \`../shared/bench\` beside the repository, then \`bun run bench insight\`; \`--only ${parts.map(({ name }) => name).join("|")}\` runs a part, \`--json FILE\` keeps the figures.

**One fixed configuration.** Every series of every set goes through the same functions of \`src/analysis/\` with the same constants. All that differs is what the appliance knows of any series of its own: the length of a bucket, and so after how many buckets a series may repeat itself (hours 24 and 168, days 7, weeks 52, months 12, quarters 4), and whether a value can be negative. 

**Nothing is tuned on test parts.** The models of the forecast, their weighting and its constants were chosen on the last windows of the training parts (one to six horizons before their end; for the hotels the 40 weeks before the 40 that are scored), as if those were the tests. The test parts were scored a few times on the way, which told where to look further, not what to choose.

Where others publish a figure, it stands beside ours.

${parts.map(section).join("\n\n")}

## Data
${DATA}
`;
}

function section({ title, rows }: Part): string {
  const lines = rows.map((row) =>
    [
      row.what,
      `**${figure(row.value, row.unit)}**`,
      bound(row, row.gate),
      bound(row, row.aim),
      verdictOf(row),
      row.published,
      row.note ?? "",
    ]
      .map((cell) => cell.replaceAll("|", "\\|"))
      .join(" | "),
  );
  return `## ${title}\n| what | here | gate | aim | | published | |\n|---|---|---|---|---|---|---|\n${lines.map((line) => `| ${line} |`).join("\n")}`;
}

export function rowLine(row: InsightRow): string {
  const goals = [`gate ${bound(row, row.gate)}`, ...(row.aim === null ? [] : [`aim ${bound(row, row.aim)}`])].join(
    ", ",
  );
  const published = row.published === "" ? "" : `\n        published: ${row.published}`;
  const note = row.note === undefined ? "" : `\n        ${row.note}`;
  const goal = Number.isNaN(row.gate) ? "no gate" : goals;
  return `  ${verdictOf(row).padEnd(5)} ${row.what}: ${figure(row.value, row.unit)} (${goal})${published}${note}`;
}

function verdictOf({ value, better, gate, aim }: InsightRow): Verdict {
  const reaches = (goal: number): boolean => (better === "up" ? value >= goal : value <= goal);
  if (Number.isNaN(gate)) return "shown";
  if (aim !== null && reaches(aim)) return "aim";
  return reaches(gate) ? "met" : "MISS";
}

function bound({ better, unit }: InsightRow, goal: number | null): string {
  if (goal === null || Number.isNaN(goal)) return "";
  return `${better === "up" ? "≥" : "≤"} ${figure(goal, unit)}`;
}

function figure(value: number, unit: string): string {
  const size = Math.abs(value);
  const text =
    size !== 0 && size < 1e-4
      ? value.toExponential(1)
      : value.toLocaleString("en-US", { maximumFractionDigits: size < 10 ? 3 : size < 100 ? 2 : 1 });
  return unit === "" ? text : unit === "%" ? `${text}%` : `${text} ${unit}`;
}
