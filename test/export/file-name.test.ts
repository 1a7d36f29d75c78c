import { expect, test } from "bun:test";
import { contentDisposition, fileName } from "../../src/export/file-name.ts";

test("a file says what is in it, whose, and of when", () => {
  const days = { from: "2026-01-01", to: "2026-01-31", extension: "csv" };
  expect(fileName({ title: "Revenue, by bot_id", location: "Main office", ...days })).toBe(
    "revenue-by-bot_id_main-office_2026-01-01_2026-01-31.csv",
  );
  expect(fileName({ title: "Événements / ../../etc", location: null, ...days, to: days.from })).toBe(
    "événements-etc_2026-01-01.csv",
  );
  expect(fileName({ title: "…", location: null, ...days })).toStartWith("export_2026");
});

test("a name of any script is whole for those who read it, and no header is broken by it", () => {
  const header = contentDisposition('büro "9"\r\n_東京.csv');
  expect(header).toBe(
    "attachment; filename=\"buro 9_.csv\"; filename*=UTF-8''b%C3%BCro%20%229%22%0D%0A_%E6%9D%B1%E4%BA%AC.csv",
  );
});
