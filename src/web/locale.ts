/** In which locale somebody reads: the one of their account, else what their browser asks for. */
import { DEFAULT_LOCALE, isLocale } from "../../views/locale.ts";
import { sessionOf } from "./access.ts";
import type { Parts } from "./parts.ts";

const LANGUAGES_MAX = 8;

/** Of whoever asks. Nobody who has not chosen gets another clock than the 24 hours of the design. */
export function localeOf(parts: Parts, request: Request): string {
  const chosen = sessionOf(parts, request)?.user.locale ?? null;
  if (chosen !== null && isLocale(chosen)) return chosen;
  return acceptedLocale(request.headers.get("accept-language") ?? "");
}

/** The first language of an Accept-Language header (RFC 9110) that numbers can be written in. */
export function acceptedLocale(header: string): string {
  const ranked = header
    .split(",", LANGUAGES_MAX)
    .map((part) => {
      const [tag = "", ...parameters] = part.split(";").map((text) => text.trim());
      const weight = parameters.find((parameter) => parameter.startsWith("q="));
      return { tag, weight: weight === undefined ? 1 : Number(weight.slice(2)) };
    })
    .filter(({ tag, weight }) => weight > 0 && /^[a-z]{2,3}(-[\da-z]{2,8}){0,3}$/i.test(tag) && isLocale(tag));
  const [best] = ranked.sort((one, other) => other.weight - one.weight);
  return best === undefined ? DEFAULT_LOCALE : new Intl.Locale(best.tag, { hourCycle: "h23" }).toString();
}

/** What an account may say: a language and a region. */
export function isChoice(tag: string): boolean {
  return /^[a-z]{2,3}(-[A-Z][a-z]{3})?-([A-Z]{2}|\d{3})$/.test(tag) && isLocale(tag);
}

const OFFERED = [
  "en-US en-GB en-AU en-CA en-IE en-IN en-NZ en-SG en-ZA en-PH ar-AE ar-EG bg-BG ca-ES cs-CZ da-DK de-AT de-CH de-DE",
  "el-GR es-AR es-CL es-CO es-ES es-MX es-US et-EE fi-FI fr-BE fr-CA fr-CH fr-FR he-IL hi-IN hr-HR hu-HU id-ID it-CH it-IT",
  "ja-JP ko-KR lt-LT lv-LV ms-MY nb-NO nl-BE nl-NL pl-PL pt-BR pt-PT ro-RO ru-RU sk-SK sl-SI sv-SE th-TH tr-TR uk-UA vi-VN",
  "zh-CN zh-HK zh-TW",
].flatMap((line) => line.split(" "));

interface LocaleChoice {
  tag: string;
  /** "French (France)". */
  label: string;
}

/** For the account's page; any other that `isChoice` holds for may be set through the API. */
export function localeChoices(chosen: string | null): readonly LocaleChoice[] {
  const names = new Intl.DisplayNames("en", { type: "language", languageDisplay: "standard" });
  const tags = new Set(chosen === null ? OFFERED : [chosen, ...OFFERED]);
  return [...tags]
    .filter(isLocale)
    .map((tag) => ({ tag, label: names.of(tag) ?? tag }))
    .sort((one, other) => one.label.localeCompare(other.label, "en"));
}
