/** The page of one's own account. */
import { accountPage, recoveryCodesPage, totpPage } from "../../../views/account.ts";
import type { Errors } from "../../../views/parts/settings.ts";
import { formatInstant } from "../../catalogue/time.ts";
import type { Caller } from "../../control/types.ts";
import { isSecure } from "../access.ts";
import { changePassword, currentSession, endSignIn, signInsOf, userOf } from "../auth/account.ts";
import { confirmTotp, pendingTotp, removeTotp, startTotp } from "../auth/totp.ts";
import { acceptedLocale, localeChoices } from "../locale.ts";
import type { Parts } from "../parts.ts";
import { formOf, htmlResponse, seeOther, textField } from "../request.ts";
import { type Route, route } from "../route.ts";
import { shellUser } from "../shell-user.ts";
import { agentText } from "./agent.ts";
import { doneText, faultsOf, minuteText } from "./form.ts";

/** `/settings/account`. */
export function accountPages(parts: Parts): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/settings/account",
      access: "person",
      tag: "Page",
      summary: "Your account.",
      answers: { 200: { description: "The page." } },
      handle: ({ request, caller }) => htmlResponse(pageOf(parts, request, caller, {})),
    }),

    route({
      method: "POST",
      path: "/settings/account/password",
      access: "person",
      tag: "Page",
      summary: "Changes your password.",
      body: "own",
      answers: { 303: { description: "Changed." } },
      handle: async ({ request, server, caller }) => {
        const form = await formOf(request);
        const user = userOf(parts, caller);
        let headers: Record<string, string> = {};
        const faults = await faultsOf(async () => {
          const [current, next] = [form.get("current") ?? "", form.get("new") ?? ""];
          ({ headers } = await changePassword(parts, { request, server }, user, current, next));
        });
        if (faults) return htmlResponse(pageOf(parts, request, caller, faults), 422);
        return seeOther("/settings/account?done=password", headers);
      },
    }),

    route({
      method: "POST",
      path: "/settings/account/totp",
      access: "person",
      tag: "Page",
      summary: "Begins a second factor.",
      body: "own",
      answers: { 200: { description: "The picture to scan." } },
      handle: async ({ request, caller }) => {
        let started = { secret: "", qr_svg: "" };
        const faults = await faultsOf(() => {
          started = startTotp(parts, userOf(parts, caller));
        });
        if (faults) return htmlResponse(pageOf(parts, request, caller, faults), 409);
        return htmlResponse(totpPage({ ...started, user: shellUser(parts, request), error: null }));
      },
    }),

    route({
      method: "POST",
      path: "/settings/account/totp/confirmation",
      access: "person",
      tag: "Page",
      summary: "Confirms the second factor.",
      body: "own",
      answers: { 200: { description: "The recovery codes." } },
      handle: async ({ request, server, caller }) => {
        const user = userOf(parts, caller);
        const otp = textField(await formOf(request), "otp");
        const pending = pendingTotp(parts, user);
        if (!pending) return seeOther("/settings/account");
        let codes: readonly string[] = [];
        const faults = await faultsOf(() => {
          codes = confirmTotp(parts, { request, server }, user, otp);
        });
        const shell = shellUser(parts, request);
        if (faults) return htmlResponse(totpPage({ ...pending, user: shell, error: faults.otp ?? null }), 422);
        return htmlResponse(recoveryCodesPage({ user: shell, codes }));
      },
    }),

    route({
      method: "POST",
      path: "/settings/account/totp/removal",
      access: "person",
      tag: "Page",
      summary: "Takes the second factor away.",
      body: "own",
      answers: { 303: { description: "Off." } },
      handle: async ({ request, server, caller }) => {
        const password = (await formOf(request)).get("password") ?? "";
        const faults = await faultsOf(() => removeTotp(parts, { request, server }, userOf(parts, caller), password));
        if (!faults) return seeOther("/settings/account?done=totp_off");
        const { password: totp_password, ...rest } = faults;
        const errors = { ...rest, ...(totp_password === undefined ? {} : { totp_password }) };
        return htmlResponse(pageOf(parts, request, caller, errors), 422);
      },
    }),

    route({
      method: "POST",
      path: "/settings/account/sessions/:session_id/end",
      access: "person",
      tag: "Page",
      summary: "Ends one of your sessions.",
      params: { session_id: "The session." },
      body: "own",
      answers: { 303: { description: "Ended." } },
      handle: ({ request, server, caller, params }) => {
        endSignIn(parts, { request, server }, caller, params.session_id);
        return seeOther("/settings/account?done=ended");
      },
    }),
  ];
}

function pageOf(parts: Parts, request: Request, caller: Caller, errors: Errors) {
  const user = userOf(parts, caller);
  const current = currentSession(parts, request);
  return accountPage({
    user: shellUser(parts, request),
    totp: { on: user.totp, recovery_codes_left: parts.control.recoveryCodesLeft(user.user_id) },
    sessions: signInsOf(parts, user.user_id).map(({ session_id, kind, address, agent, seen_at, created_at }) => ({
      session_id,
      what: agentText(agent, kind),
      address: address ?? "Not known",
      seen: minuteText(formatInstant(seen_at)),
      since: minuteText(formatInstant(created_at)),
      current: session_id === current,
    })),
    locale: {
      chosen: user.locale,
      browser: acceptedLocale(request.headers.get("accept-language") ?? ""),
      choices: localeChoices(user.locale),
      now: parts.now(),
    },
    has_tls: isSecure(parts.settings),
    errors,
    done: doneText(request),
  });
}
