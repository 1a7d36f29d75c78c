/** Plain text with a small markup: headings, lists, bold, slanted, links. Everything else is shown as it was written. */
import { type Html, html } from "../../html.ts";
import type { CardContext } from "../card.ts";

interface Block {
  kind: "heading" | "list" | "text";
  lines: string[];
}

/** The text as its blocks; each piece goes through the escaping tag. */
export function textCard(text: string, { linked }: Pick<CardContext, "linked">): Html {
  if (text.trim() === "") return html`<div class="dcard-text-body"></div>`;
  return html`<div class="dcard-text-body dcard-scroll" tabindex="0" role="group" aria-label="Text">${blocksOf(
    text,
  ).map(({ kind, lines }) => {
    if (kind === "heading") return html`<h2>${inline(lines[0] ?? "", linked)}</h2>`;
    if (kind === "list") return html`<ul>${lines.map((line) => html`<li>${inline(line, linked)}</li>`)}</ul>`;
    return html`<p>${lines.map((line, index) => html`${index > 0 && html`<br>`}${inline(line, linked)}`)}</p>`;
  })}</div>`;
}

function blocksOf(text: string): readonly Block[] {
  const blocks: Block[] = [];
  let goesOn = false;
  for (const line of text.split(/\r?\n/)) {
    const [, mark = "", rest = ""] = /^\s*(#{1,3}\s|[-*]\s)?\s*(.*)$/u.exec(line) ?? [];
    const kind: Block["kind"] = mark.startsWith("#") ? "heading" : mark === "" ? "text" : "list";
    const before = blocks.at(-1);
    if (rest !== "" && goesOn && before?.kind === kind) before.lines.push(rest);
    else if (rest !== "") blocks.push({ kind, lines: [rest] });
    goesOn = rest !== "" && kind !== "heading";
  }
  return blocks;
}

const PIECES = /(\*\*[^*]+\*\*|\*[^*]+\*|\[[^\]]+\]\([^()\s]+\))/u;

function inline(line: string, linked: boolean): Html {
  return html`${line.split(PIECES).map((piece) => {
    if (/^\*\*[^*]+\*\*$/u.test(piece)) return html`<b>${piece.slice(2, -2)}</b>`;
    if (/^\*[^*]+\*$/u.test(piece)) return html`<i>${piece.slice(1, -1)}</i>`;
    const [, words = "", address = ""] = /^\[([^\]]+)\]\(([^()\s]+)\)$/u.exec(piece) ?? [];
    if (words === "") return piece;
    const href = addressOf(address, linked);
    return href === null ? words : html`<a class="link" href="${href}" rel="noopener noreferrer">${words}</a>`;
  })}`;
}

/** Of the web, or a path of this appliance where its pages may be named; null for anything else, such as a script. */
function addressOf(address: string, linked: boolean): string | null {
  if (/^\/(?![/\\])/.test(address)) return linked ? address : null;
  if (!URL.canParse(address)) return null;
  const { protocol, href } = new URL(address);
  return protocol === "https:" || protocol === "http:" ? href : null;
}
