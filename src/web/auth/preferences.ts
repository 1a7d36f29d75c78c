/** What people choose for themselves: the theme, and how numbers and dates are written. */
import { z } from "zod";
import { fieldProblem } from "../bi/input.ts";
import { isChoice } from "../locale.ts";
import type { Parts } from "../parts.ts";
import { formOf, seeOther } from "../request.ts";
import { type Route, route } from "../route.ts";

const FAULT = "Use a language and a region, such as fr-FR.";

const change = z.strictObject({
  theme: z.enum(["system", "light", "dark", "contrast"]).optional(),
  locale: z
    .string()
    .max(32)
    .refine(isChoice, FAULT)
    .nullable()
    .optional()
    .describe("A language and a region (BCP 47), such as de-DE; null: as the browser says."),
});

/** `PATCH /api/auth/me`, and the form of the account's page. */
export function preferenceRoutes({ control }: Parts): readonly Route[] {
  return [
    route({
      method: "PATCH",
      path: "/api/auth/me",
      access: "person",
      tag: "Access",
      summary: "Changes your theme, or how numbers and dates are written for you.",
      body: change,
      answers: { 204: { description: "Changed." } },
      handle: ({ caller, body: { theme, locale } }) => {
        control.setUser(caller.id, { ...(theme && { theme }), ...(locale !== undefined && { locale }) });
        return new Response(null, { status: 204 });
      },
    }),

    route({
      method: "POST",
      path: "/settings/locale",
      access: "person",
      tag: "Page",
      summary: "Chooses how numbers and dates are written.",
      body: "own",
      answers: { 303: { description: "Chosen." } },
      handle: async ({ request, caller }) => {
        const locale = (await formOf(request)).get("locale") ?? "";
        if (locale !== "" && !isChoice(locale)) throw fieldProblem("locale", FAULT);
        control.setUser(caller.id, { locale: locale === "" ? null : locale });
        return seeOther("/settings/account?done=saved");
      },
    }),
  ];
}
