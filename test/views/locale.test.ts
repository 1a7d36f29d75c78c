import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  bucketNames,
  clockTime,
  day,
  decimal,
  exactMoney,
  exactText,
  figureOf,
  shortText,
} from "../../views/format.ts";
import { currentLocale, dateOrder, inLocale, isLocale } from "../../views/locale.ts";

const AT = Date.UTC(2026, 0, 8, 14, 32, 6) * 1_000;
const LOCALES = ["en-US", "en-IN", "fr-FR", "de-DE", "de-CH", "es-ES", "ja-JP", "tr-TR", "ar-EG", "hi-IN", "pl-PL"];
const MONEY = "1234567890123456789012.5678";

describe("money keeps every digit of a DECIMAL, in each way of writing", () => {
  const written: readonly [string, string][] = [
    ["en-US", "$1,234,567,890,123,456,789,012.5678"],
    ["en-IN", "$1,23,45,67,89,01,23,45,67,89,012.5678"],
    ["fr-FR", "1\u202f234\u202f567\u202f890\u202f123\u202f456\u202f789\u202f012,5678\u00a0$"],
    ["de-DE", "1.234.567.890.123.456.789.012,5678\u00a0$"],
  ];
  for (const [locale, text] of written) {
    test(`of ${locale}`, () => expect(inLocale(locale, () => exactMoney(MONEY, "USD"))).toBe(text));
  }

  test("whatever the amount", () => {
    const amount = fc
      .tuple(fc.bigInt({ min: -(10n ** 34n), max: 10n ** 34n }), fc.integer({ min: 0, max: 4 }))
      .map(([units, places]) => {
        const digits = `${units < 0n ? -units : units}`.padStart(places + 1, "0");
        const whole = digits.slice(0, digits.length - places);
        return `${units < 0n ? "-" : ""}${whole}${places > 0 ? `.${digits.slice(-places)}` : ""}`;
      });
    fc.assert(
      fc.property(
        amount,
        fc.constantFrom(...LOCALES),
        fc.constantFrom("USD", "EUR", "INR", "CHF"),
        (text, locale, currency) => {
          const shown = inLocale(locale, () => exactMoney(text, currency));
          expect(shown.replace(/\D/g, "")).toBe(text.replace(/\.0*$/, "").replace(/\D/g, ""));
          expect(shown.startsWith("−")).toBe(text.startsWith("-"));
        },
      ),
    );
  });
});

test("figures of cards keep their unit where the currency and the percent sign stand", () => {
  expect(inLocale("fr-FR", () => figureOf("26412345", "money", "EUR"))).toEqual({
    text: "26,4",
    unit: "\u00a0M\u00a0€",
  });
  expect(inLocale("fr-FR", () => shortText("26412345", "money", "EUR"))).toBe("26,4\u00a0M\u00a0€");
  expect(inLocale("de-DE", () => shortText(0.043, "percent"))).toBe("4,3\u00a0%");
  expect(inLocale("de-DE", () => shortText(0.04, "percent"))).toBe("4\u00a0%");
  expect(inLocale("tr-TR", () => exactText(0.0431, "percent"))).toBe("%4,31");
  expect(inLocale("en-IN", () => decimal(12_345_678, 0))).toBe("1,23,45,678");
  expect(inLocale("fr-FR", () => decimal(-1234.5, 1))).toBe("−1\u202f234,5");
});

test("dates stand in the order of the region, with English names", () => {
  const names = (locale: string) => inLocale(locale, () => [day(AT, "UTC"), bucketNames(AT, "day", "UTC").long]);
  expect(names("en-US")).toEqual(["Jan 8, 2026", "Thu, Jan 8, 2026"]);
  expect(names("fr-FR")).toEqual(["8 Jan 2026", "Thu, 8 Jan 2026"]);
  expect(names("ja-JP")).toEqual(["2026 Jan 8", "Thu, 2026 Jan 8"]);
});

test("times run to 24 hours where the region's do, in the zone", () => {
  const at = (locale: string, seconds = true) => inLocale(locale, () => clockTime(AT, "Europe/Berlin", seconds));
  expect(at("de-DE")).toBe("15:32:06");
  expect(at("fi-FI")).toBe("15.32.06");
  expect(at("en-US")).toBe("3:32:06\u00a0PM");
  expect(at("en-US-u-hc-h23")).toBe("15:32:06");
  expect(at("bg-BG", false)).toBe("15:32");
});

test("a locale holds for what its work waits for, and for nothing else", async () => {
  const later = inLocale("fr-FR", async () => {
    await Bun.sleep(1);
    return decimal(0.5, 1);
  });
  expect(inLocale("en-IN", () => decimal(0.5, 1))).toBe("0.5");
  expect(await later).toBe("0,5");
  expect(currentLocale()).toBe("en-US-u-hc-h23");
  expect(dateOrder()).toBe("mdy");
});

test("what is no locale is told from one", () => {
  expect(["en-IN", "fr", "xx-YY", "not a tag", ""].map(isLocale)).toEqual([true, true, false, false, false]);
});
