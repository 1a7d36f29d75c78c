/** E-mail through the mail server of the settings. That server is named by whoever runs the appliance: it may be private. */
import { createTransport } from "nodemailer";
import type { Notice } from "../notice.ts";
import { reasonOf } from "./post.ts";
import { type Sender, type Sent, sent } from "./sender.ts";
import { aboutOf, clean, escapeHtml, groupLines, headingOf, linkOf, plainText } from "./wording.ts";

/** To connect, and to be greeted. */
const CONNECT_MS_MAX = 10_000;
const SILENCE_MS_MAX = 20_000;
const SEND_MS_MAX = 60_000;

export const sendEmail: Sender = async ({ notice, channel, remaining }, parts) => {
  const { smtp_url, smtp_from, public_url } = parts;
  if (smtp_url === "") return sent({ error: "No mail server is set (smtp_url).", final: true });
  if (smtp_from === "") return sent({ error: "No sender is set (smtp_from).", final: true });
  const to = [...(remaining ?? channel.addresses)];
  const transport = createTransport({
    ...serverOf(smtp_url, parts.post.ca),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    const info = await transport.sendMail({
      from: smtp_from,
      to,
      ...mailOf(notice, public_url),
      date: new Date(parts.now() / 1_000),
      messageId: `<${notice.notice_id}.${channel.channel_id}@bellwether>`,
      // Mail clients show what belongs to one alert together.
      ...(notice.alert_id === null ? {} : { references: [`<${notice.alert_id}@bellwether>`] }),
      headers: { "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All" },
      signal: AbortSignal.any([AbortSignal.timeout(SEND_MS_MAX), parts.post.stopping]),
    });
    const refused = refusalsOf(info.rejectedErrors ?? []);
    if (refused.length === 0) return sent({ delivered: true, status: codeOf(info.response), response: info.response });
    return partly(refused, info.response);
  } catch (error) {
    return failed(error, to);
  } finally {
    transport.close();
  }
};

/** Subject and both bodies. */
export function mailOf(notice: Notice, public_url: string): { subject: string; text: string; html: string } {
  return { subject: headingOf(notice), text: `${plainText(notice, public_url)}\n`, html: htmlOf(notice, public_url) };
}

function htmlOf(notice: Notice, public_url: string): string {
  const link = linkOf(notice, public_url);
  const paragraphs = clean(notice.text)
    .split(/\n+/)
    .filter((line) => line.trim() !== "")
    .map((line) => `<p>${escapeHtml(line)}</p>`);
  const group = groupLines(notice).map((line) => `<li>${escapeHtml(line)}</li>`);
  return [
    `<!doctype html><html lang="en"><body style="font-family:sans-serif;line-height:1.5">`,
    `<h1 style="font-size:1.2em">${escapeHtml(headingOf(notice))}</h1>`,
    ...paragraphs,
    group.length === 0 ? "" : `<ul>${group.join("")}</ul>`,
    `<p style="color:#5f6368">${escapeHtml(aboutOf(notice))}</p>`,
    link === null ? "" : `<p><a href="${escapeHtml(link)}">Open in Bellwether</a></p>`,
    "</body></html>",
  ].join("\n");
}

interface Refusal {
  recipient: string;
  permanent: boolean;
  reason: string;
}

/** The parts of nodemailer's errors that are read. */
interface MailError {
  message: string;
  code?: string | undefined;
  permanent?: boolean | undefined;
  responseCode?: number | undefined;
  response?: string | undefined;
  recipient?: string | undefined;
  rejectedErrors?: readonly MailError[] | undefined;
}

function refusalsOf(errors: readonly MailError[]): readonly Refusal[] {
  return errors.map(({ recipient = "?", permanent = false, response, message }) => ({
    recipient,
    permanent,
    reason: response ?? message,
  }));
}

/** Some were refused: those that may be taken later are tried again, alone. */
function partly(refused: readonly Refusal[], response: string): Sent {
  const later = refused.filter(({ permanent }) => !permanent).map(({ recipient }) => recipient);
  const error = `Refused for ${refused.map(({ recipient, reason }) => `${recipient}: ${reason}`).join("; ")}`;
  return sent({ status: codeOf(response), response, error, remaining: later, final: later.length === 0 });
}

function failed(error: unknown, to: readonly string[]): Sent {
  if (!isMailError(error)) return sent({ error: reasonOf(error) });
  const refused = refusalsOf(error.rejectedErrors ?? []);
  if (refused.length > 0 && refused.length === to.length) {
    return { ...partly(refused, error.response ?? ""), status: error.responseCode ?? null };
  }
  const said = error.response === undefined ? reasonOf(error) : `The mail server answered: ${error.response}`;
  // A password may be set right in the meantime; a message that is refused for good stays so.
  const final = error.permanent === true && error.code !== "EAUTH";
  return sent({ status: error.responseCode ?? null, error: said, response: error.response ?? null, final });
}

function isMailError(error: unknown): error is MailError {
  return error instanceof Error;
}

/** "250 2.0.0 Ok": 250. */
function codeOf(response: string): number | null {
  const [code] = /^\d{3}/.exec(response) ?? [];
  return code === undefined ? null : Number(code);
}

/** A password is never sent in clear, but to this very machine. */
function serverOf(smtp_url: string, ca: string | undefined) {
  const url = new URL(smtp_url);
  const secure = url.protocol === "smtps:";
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const local = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/.test(host);
  const user = decodeURIComponent(url.username);
  return {
    host,
    port: url.port === "" ? (secure ? 465 : 587) : Number(url.port),
    secure,
    ...(user === "" ? {} : { auth: { user, pass: decodeURIComponent(url.password) } }),
    ...(ca === undefined ? {} : { tls: { ca } }),
    requireTLS: !secure && user !== "" && !local,
    allowInternalNetworkInterfaces: true,
    connectionTimeout: CONNECT_MS_MAX,
    greetingTimeout: CONNECT_MS_MAX,
    dnsTimeout: CONNECT_MS_MAX,
    socketTimeout: SILENCE_MS_MAX,
  };
}
