import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { acceptedLocale, isChoice, localeChoices } from "../../src/web/locale.ts";
import { type World, world } from "./access_world.ts";

describe("what a browser asks for", () => {
  const cases: readonly [string, string][] = [
    ["", "en-US-u-hc-h23"],
    ["*", "en-US-u-hc-h23"],
    ["fr-FR,fr;q=0.9,en;q=0.8", "fr-FR-u-hc-h23"],
    ["en;q=0.5, de-CH", "de-CH-u-hc-h23"],
    ["xx-YY, en-IN;q=0.1", "en-IN-u-hc-h23"],
    ["de;q=0, <script>", "en-US-u-hc-h23"],
  ];
  for (const [header, locale] of cases) test(`"${header}"`, () => expect(acceptedLocale(header)).toBe(locale));
});

test("choices have a language and a region, and what is chosen is among them", () => {
  expect(["fr-FR", "sr-Latn-RS", "fr", "xx-YY", "en-US-u-nu-arab", "es-419"].map(isChoice)).toEqual([
    true,
    true,
    false,
    false,
    false,
    true,
  ]);
  expect(localeChoices("sr-Latn-RS").map(({ tag }) => tag)).toContain("sr-Latn-RS");
  expect(localeChoices(null).every(({ tag }) => isChoice(tag))).toBe(true);
});

describe("the account", () => {
  let w: World;
  let cookie: string;
  let csrf: string;
  beforeEach(async () => {
    w = world();
    ({ cookie, csrf } = await w.signIn());
  });
  afterEach(() => w.control.close());
  const page = async (accept = "en-US") =>
    (await w.send("/settings/account", { headers: { cookie, "accept-language": accept } })).text();
  const patch = (body: unknown) =>
    w.send("/api/auth/me", {
      method: "PATCH",
      headers: { cookie, "content-type": "application/json" },
      body: JSON.stringify(body),
    });

  test("is written as its person chose, else as the browser asks", async () => {
    expect(await page("de-DE")).toContain('data-locale="de-DE-u-hc-h23"');
    const answer = await w.submit("/settings/locale", { csrf, locale: "fr-FR" }, { headers: { cookie } });
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/settings/account?done=saved"]);
    const written = await page("de-DE");
    expect(written).toContain('data-locale="fr-FR"');
    expect(written).toContain('<option value="fr-FR" selected>French (France)</option>');
    expect(written).toContain("1\u202f234\u202f567,50\u00a0$");
    await w.submit("/settings/locale", { csrf, locale: "" }, { headers: { cookie } });
    expect(await page("de-DE")).toContain('data-locale="de-DE-u-hc-h23"');
  });

  test("takes the same through the API, and nothing that is no locale", async () => {
    expect((await patch({ locale: "en-IN", theme: "dark" })).status).toBe(204);
    expect(await (await w.send("/api/auth/me", { headers: { cookie } })).json()).toMatchObject({
      locale: "en-IN",
      theme: "dark",
    });
    for (const locale of ["xx-YY", "en", "en-US-u-nu-arab", ""]) expect((await patch({ locale })).status).toBe(422);
    expect((await w.submit("/settings/locale", { csrf, locale: "nowhere" }, { headers: { cookie } })).status).toBe(422);
    expect((await patch({ locale: null })).status).toBe(204);
    expect(w.control.users()[0]?.locale).toBeNull();
  });
});
