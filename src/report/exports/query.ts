/** Figures as rows: any KPIs by any dimensions and grain, as the explorer and every table show them. */

import { expressionOf, printFormula } from "../../catalogue/formula.ts";
import { formulaTellsPersonal } from "../../catalogue/personal.ts";
import { parseInstant } from "../../catalogue/time.ts";
import type { Kpi } from "../../catalogue/types.ts";
import type { Cell, Column } from "../../store/store.ts";
import type { ReportParts } from "../common.ts";
import { answerQuestion, type QuestionAsked, wantedKpi } from "../question.ts";
import { type ExportCell, type ExportColumn, type ExportSource, tableOf } from "./source.ts";

/** Throws QuestionFault for what cannot be asked, more rows than an answer has included. */
export async function exportQuery(parts: ReportParts, asked: QuestionAsked): Promise<ExportSource> {
  const { framed, answer } = await answerQuestion(parts, asked);
  const columns = answer.columns.map((one) => columnOf(one, asked));
  const rows = answer.rows.map((row) => row.map((cell, at) => cellOf(cell, columns[at])));
  const kpis = asked.kpis.map((wanted, index) => wantedKpi(parts.control, asked, wanted, index));
  const splits = [...asked.by.map((by) => by.replace(/^data\./, "")), ...(asked.grain ? [asked.grain] : [])];
  return {
    framed,
    title: kpis.map(({ label }) => label).join(", ") + splits.map((split) => `, by ${split}`).join(""),
    table: tableOf(columns, rows),
    definitions: kpis.map((kpi) => definitionOf(kpi, asked.personal === true)),
  };
}

/** A KPI in words and as its formula; a team's own may name people. */
export function definitionOf({ label, formula, description }: Kpi, personal: boolean): readonly [string, string] {
  const expression = expressionOf(formula);
  const text = personal || !formulaTellsPersonal(expression) ? ` Formula: ${printFormula(expression)}` : "";
  return [label, `${description}${text}`.trim()];
}

const UNITS: Readonly<Record<string, { kind: ExportColumn["kind"]; label: string }>> = {
  money: { kind: "money", label: "" },
  count: { kind: "count", label: "" },
  percent: { kind: "percent", label: "" },
  duration: { kind: "duration", label: " (ms)" },
};

function columnOf({ name, kind, unit, label, currency }: Column, { grain }: QuestionAsked): ExportColumn {
  if (kind === "time") return { name, label, kind: grain === "minute" || grain === "hour" ? "time" : "day" };
  if (kind === "dimension") return { name, label, kind: "text" };
  const known = UNITS[unit ?? ""] ?? { kind: "number", label: "" };
  const money = currency === undefined ? "" : ` (${currency})`;
  return {
    name,
    label: label + known.label + money,
    kind: known.kind,
    ...(currency === undefined ? {} : { currency }),
  };
}

function cellOf(cell: Cell, column: ExportColumn | undefined): ExportCell {
  return (column?.kind === "time" || column?.kind === "day") && typeof cell === "string" ? parseInstant(cell) : cell;
}
