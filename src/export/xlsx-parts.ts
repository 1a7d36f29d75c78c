/** The parts of a workbook that are not its cells: what is in it, and how each kind of column looks. */
import type { ExportColumn } from "./table.ts";
import { xml } from "./xlsx-cells.ts";
import type { ZipFile } from "./zip.ts";

export interface Styles {
  /** Formats of numbers, in the order of their styles. */
  formats: readonly string[];
  /** The style of a column's cells. */
  of: (column: ExportColumn) => number;
}

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE = "http://schemas.openxmlformats.org/package/2006";
const TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml";
/** Styles before those of columns: plain, bold. */
const FIRST = 2;
/** Formats below are the standard's own. */
const CUSTOM = 164;

const FORMATS: Readonly<Record<ExportColumn["kind"], string>> = {
  text: "General",
  json: "General",
  boolean: "General",
  number: "General",
  time: "yyyy-mm-dd hh:mm:ss.000",
  day: "yyyy-mm-dd",
  money: "#,##0.00##",
  count: "#,##0",
  percent: "0.0%",
  duration: "#,##0.###",
};

/** What a workbook always has. */
export const PARTS: readonly ZipFile[] = [
  {
    name: "[Content_Types].xml",
    pieces: [
      `${XML}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>` +
        `<Override PartName="/xl/workbook.xml" ContentType="${TYPE}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${TYPE}.styles+xml"/>` +
        `<Override PartName="/xl/worksheets/sheet1.xml" ContentType="${TYPE}.worksheet+xml"/><Override PartName="/xl/worksheets/sheet2.xml" ContentType="${TYPE}.worksheet+xml"/></Types>`,
    ],
  },
  {
    name: "_rels/.rels",
    pieces: [
      `${XML}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    ],
  },
  {
    name: "xl/_rels/workbook.xml.rels",
    pieces: [
      `${XML}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>` +
        `<Relationship Id="rId2" Type="${OFFICE}/worksheet" Target="worksheets/sheet2.xml"/><Relationship Id="rId3" Type="${OFFICE}/styles" Target="styles.xml"/></Relationships>`,
    ],
  },
];

/** `filtered`: the cells that the filter of the first sheet is over. */
export function workbookXml(sheets: readonly string[], filtered: string): string {
  const list = sheets.map((name, at) => `<sheet name="${name}" sheetId="${at + 1}" r:id="rId${at + 1}"/>`);
  return `${XML}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets>${list.join("")}</sheets><definedNames><definedName name="_xlnm._FilterDatabase" localSheetId="0" hidden="1">${filtered}</definedName></definedNames></workbook>`;
}

export function stylesOf(columns: readonly ExportColumn[]): Styles {
  const formats = [...new Set(columns.map(formatOf))];
  return { formats, of: (column) => FIRST + formats.indexOf(formatOf(column)) };
}

export function stylesXml({ formats }: Styles): string {
  const numbers = formats.map((format, at) => `<numFmt numFmtId="${CUSTOM + at}" formatCode="${xml(format)}"/>`);
  const cells = formats.map(
    (_, at) => `<xf numFmtId="${CUSTOM + at}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>`,
  );
  return (
    `${XML}<styleSheet xmlns="${MAIN}"><numFmts count="${formats.length}">${numbers.join("")}</numFmts>` +
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>' +
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>' +
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>' +
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>' +
    `<cellXfs count="${FIRST + formats.length}"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>` +
    `<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>${cells.join("")}</cellXfs></styleSheet>`
  );
}

/** An amount says its currency, as sheets are passed on without their heads. */
function formatOf({ kind, currency }: ExportColumn): string {
  return kind === "money" && currency !== undefined ? `[$${currency}] ${FORMATS.money}` : FORMATS[kind];
}
