/** What a message says, and how its words are made harmless for where they are shown. */
import { formatInstant } from "../../catalogue/time.ts";
import type { Notice, NoticeKind } from "../notice.ts";

const WORDS: Readonly<Record<NoticeKind, string>> = {
  firing: "Firing",
  repeat: "Still firing",
  resolved: "Resolved",
  no_data: "No data",
  error: "Cannot be evaluated",
  delivery_failed: "Delivery failed",
  test: "Test",
};

const SUBJECT_CHARS_MAX = 200;
const GROUP_MAX = 20;

/** "Firing: Stall rate above 30% at Jorge Main": one line, for subjects and headings. */
export function headingOf({ kind, title }: Pick<Notice, "kind" | "title">): string {
  const word = WORDS[kind];
  const line = oneLine(title);
  return cut(line.startsWith(`${word}: `) ? line : `${word}: ${line}`, SUBJECT_CHARS_MAX);
}

/** "Critical, jorge_main, 2026-11-27 14:05 UTC". */
export function aboutOf({ severity, location_id, at }: Notice): string {
  const when = `${formatInstant(at).slice(0, 16).replace("T", " ")} UTC`;
  const words = [`${severity.charAt(0).toUpperCase()}${severity.slice(1)}`, location_id, when];
  return words.filter((word) => word !== null).join(", ");
}

/** The titles that one notice speaks for and its text does not say; the last line says how many are left out. */
export function groupLines({ group = [], text }: Notice): readonly string[] {
  const unsaid = group.filter(({ title }) => !text.includes(title)).map(({ title }) => oneLine(title));
  const more = unsaid.length - GROUP_MAX;
  return more > 0 ? [...unsaid.slice(0, GROUP_MAX), `and ${more} more`] : unsaid;
}

/** The page that shows it; null where nobody said how users reach the appliance. */
export function linkOf({ path }: Notice, public_url: string): string | null {
  if (path === null || !URL.canParse(path, public_url)) return null;
  const [base, link] = [new URL(public_url), new URL(path, public_url)];
  return link.origin === base.origin ? link.href : null;
}

/** The whole message as plain text. */
export function plainText(notice: Notice, public_url: string): string {
  const link = linkOf(notice, public_url);
  const group = groupLines(notice).map((line) => `- ${line}`);
  const parts = [headingOf(notice), clean(notice.text), group.join("\n"), aboutOf(notice), link ?? ""];
  return parts.filter((part) => part !== "").join("\n\n");
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => HTML[char] ?? char);
}

/** Slack reads <…> as links and mentions; & begins an entity. Source: Slack, "Formatting text for app surfaces". */
export function escapeSlack(text: string): string {
  return text.replace(/[&<>]/g, (char) => HTML[char] ?? char);
}

/** Discord reads Markdown and <@…>; a space of no width behind @ keeps names from being called. */
export function escapeDiscord(text: string): string {
  return text.replace(/[\\*_~`|<>#[\]]/g, "\\$&").replaceAll("@", "@\u200b");
}

/** Without line breaks and control characters. */
function oneLine(text: string): string {
  return clean(text).replace(/\s+/g, " ").trim();
}

/** Without control characters, and without those that turn the direction of text around. */
export function clean(text: string): string {
  return text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, (char) => (char === "\n" ? char : " "));
}

export function cut(text: string, chars_max: number): string {
  return text.length <= chars_max ? text : `${text.slice(0, chars_max - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

const HTML: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
