/**
 * What is personal: names, e-mail addresses, phone numbers, free text. The catalogue's types mark their own fields;
 * what no type knows is told by its name, and any text by what it looks like.
 */
import { z } from "zod";
import { eventTypes } from "./events.ts";
import { dataPath, fieldKind } from "./fields.ts";
import { aggregatesOf } from "./formula.ts";
import { comparisonsOf } from "./measures.ts";
import type { Comparison, Expression } from "./types.ts";

/** Fields that hold a sender's own names of people, numbers and addresses now and then: told by their values only. */
const IDENTIFIERS: ReadonlySet<string> = new Set(["id", "contact_id", "conversation_id", "bot_id"]);

/** Keys of `data` that the catalogue marks. */
const MARKED: ReadonlySet<string> = new Set(eventTypes.flatMap(({ personal }) => personal ?? []));
/** Keys of `data` that the catalogue knows and does not mark: their names say nothing about people. */
const PLAIN: ReadonlySet<string> = new Set(
  eventTypes.flatMap(({ data }) => (data instanceof z.ZodObject ? Object.keys(data.shape) : [])),
);

/** Words in a key that stand for something personal. */
const PERSONAL_WORDS: ReadonlySet<string> = new Set(
  (
    "name firstname lastname fullname surname nickname username phone telephone tel mobile cell fax whatsapp email mail " +
    "address street message text sms note notes comment comments body transcript summary description subject birthday " +
    "birthdate dob ssn passport iban customer person caller recipient sender client patient guest tenant owner"
  ).split(" "),
);
/** A name of one of these is not a person's. */
const NAMED_THINGS: ReadonlySet<string> = new Set(
  (
    "app bot business campaign channel city company component country event feature field file form function group host " +
    "hotel item job landing layer list location market metric model module operation page pipeline plan product project " +
    "property queue region resource segment service session sku source span stage state step table tag team template tool " +
    "type workflow zone"
  ).split(" "),
);
/** At a key's end these make it say something about the personal thing, not the thing: message_count, email_status. */
const ABOUT: ReadonlySet<string> = new Set(
  (
    "at bytes channel chars count date delivered duration format id ids index kind language length ms opened provider " +
    "rate received score seconds segment sent size state status template time timezone tokens type valid verified version"
  ).split(" "),
);

/** True for a key of `data`, at any depth, whose values are personal whatever they look like. */
export function isPersonalKey(key: string): boolean {
  if (MARKED.has(key)) return true;
  if (PLAIN.has(key)) return false;
  const words = wordsOf(key);
  const last = words.at(-1) ?? "";
  if (words.length > 1 && ABOUT.has(last)) return false;
  if (last === "name" && words.some((word) => NAMED_THINGS.has(word))) return false;
  return words.some((word) =>
    [word, word.replace(/s$/u, ""), word.replace(/es$/u, "")].some((one) => PERSONAL_WORDS.has(one)),
  );
}

/** True for a field of events that only those may split or filter by who may see what is personal. */
export function isPersonalField(field: string): boolean {
  return dataPath(field)?.some(isPersonalKey) ?? false;
}

/**
 * True for a field that may be compared as a whole but not searched by those who may not see what is personal: it can hold
 * anything, and a search, letter by letter, would tell what.
 */
function mayHidePersonal(field: string): boolean {
  if (IDENTIFIERS.has(field)) return true;
  const path = dataPath(field);
  if (!path || fieldKind(field) === "number") return false;
  const [first = ""] = path;
  return path.length > 1 || !PLAIN.has(first);
}

/** True when the comparison's outcome would tell something personal: filters and formulas may not have it then. */
export function tellsPersonal(comparison: Comparison): boolean {
  const { field } = comparison;
  return isPersonalField(field) || (isSearch(comparison) && mayHidePersonal(field));
}

/** The same of a formula: of what it measures and of its conditions. */
export function formulaTellsPersonal(expression: Expression): boolean {
  return aggregatesOf(expression).some((aggregate) => {
    if ("field" in aggregate && isPersonalField(aggregate.field)) return true;
    const conditions = [
      ...("where" in aggregate && aggregate.where ? [aggregate.where] : []),
      ...("is" in aggregate ? [aggregate.is] : []),
      ...("from" in aggregate ? [aggregate.from, aggregate.to] : []),
    ];
    return conditions.flatMap(comparisonsOf).some(tellsPersonal);
  });
}

/** A part of a text, or its place in the alphabet; numbers are compared as numbers. */
function isSearch({ field, op, value }: Comparison): boolean {
  if (op === "contains") return true;
  if (op !== "gt" && op !== "gte" && op !== "lt" && op !== "lte") return false;
  return fieldKind(field) === "text" || String(value).trim() === "" || !Number.isFinite(Number(value));
}

/** "customerFirstName", "customer-first name" → customer, first, name. */
function wordsOf(key: string): readonly string[] {
  return key
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .map((word) => word.replace(/\d+$/u, ""))
    .filter((word) => word !== "");
}

/** Stretches in which an address could stand: between blanks, brackets and what parts the words of a list or a link. */
const STRETCH = /[^\s<>()[\]{},;:"'`|\\/=?&]+/gu;
/**
 * With the plus or the 00 of an international number, or grouped as numbers are written in North America. Plain digits are
 * left: most are numbers of orders and properties, and a key that says "phone" has spoken already.
 */
const PHONES: readonly RegExp[] = [
  /(?<![\p{L}\p{N}._-])\+(?:[ ().-]{0,2}\d){7,15}(?![\p{L}\p{N}])/gu,
  /(?<![\p{L}\p{N}._-])00[1-9]\d{0,2}[ .-](?:[ ().-]{0,2}\d){6,12}(?![\p{L}\p{N}])/gu,
  /(?<![\p{L}\p{N}._-])(?:1[ .-]?)?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}(?![\p{L}\p{N}_-])/gu,
];

/** What stands for a masked text. It tells nothing of the text, not even its length. */
export const MASK = "•••";

/** The text with its e-mail addresses ("j•••@•••") and phone numbers ("•••") masked; the same text when it has none. */
export function maskedText(text: string): string {
  const bare = text.includes("@") ? text.replace(STRETCH, maskedAddress) : text;
  return PHONES.reduce((masked, phone) => masked.replace(phone, MASK), bare);
}

function maskedAddress(stretch: string): string {
  const at = stretch.indexOf("@");
  const host = stretch.slice(at + 1);
  const looksIt = at > 0 && host.includes(".") && /\p{L}/u.test(host);
  return looksIt ? `${String.fromCodePoint(stretch.codePointAt(0) ?? 0)}${MASK}@${MASK}` : stretch;
}
