/** `/leads/:contact_id`: the whole life of one contact. */
import { z } from "zod";
import { type RecordShown, recordFragments, recordPage } from "../../../views/leads/record.ts";
import { TRY } from "../../../views/leads/what-if.ts";
import { botOfParam } from "../../../views/parts/bot-link.ts";
import { leadRecord } from "../../report/lead-record.ts";
import { PURPOSES } from "../../report/scores/definition.ts";
import { eventCursor, nextCursor } from "../bi/events.ts";
import { typeName } from "../bi/funnel.ts";
import { Problem } from "../errors.ts";
import { logOf } from "./bots.ts";
import { figuresPage } from "./page.ts";

const EVENTS = 50;
const PARAM_CHARS_MAX = 512;

const own = z
  .looseObject({
    contact_id: z.string().max(PARAM_CHARS_MAX).transform(botOfParam),
    type: typeName.optional(),
    bot: z.string().min(1).max(128).optional(),
    model: z.enum(PURPOSES).optional(),
    cursor: eventCursor.optional(),
  })
  .transform(({ contact_id, type = null, bot = null, model = null, cursor = null, ...rest }) => ({
    contact_id,
    type,
    bot,
    model,
    cursor,
    changes: Object.fromEntries(
      Object.entries(rest).flatMap(([name, value]) =>
        name.startsWith(TRY) && typeof value === "string" ? [[name.slice(TRY.length), value]] : [],
      ),
    ),
  }));

export const LEAD = figuresPage<RecordShown["report"], z.output<typeof own>>({
  view: "contact",
  path: "/leads/:contact_id",
  summary: "One contact: its whole life across bots, its chances, and what they rest on.",
  params: { contact_id: "The contact's id; one that is led by a tilde is the rest of it." },
  own,
  async report(parts, asked, { contact_id, type, bot, model, cursor, changes }) {
    const filters = [
      ...(type === null ? [] : [{ field: "type", op: "eq", value: type } as const]),
      ...(bot === null ? [] : [{ field: "bot_id", op: "eq", value: bot } as const]),
    ];
    const wanted = { ...asked, filters, contact_id, model, changes, after: cursor, limit: EVENTS };
    const record = await leadRecord(parts, wanted, logOf(parts, "contact"));
    if (record) return { ...record, next_cursor: nextCursor(record.lead.life.next), later: cursor !== null };
    throw new Problem({
      status: 404,
      title: "No such contact",
      detail: "Nothing was heard of a contact of this name in the locations that you may see.",
      back: { href: "/leads", label: "See all leads" },
    });
  },
  elsewhere: () => null,
  page: recordPage,
  fragments: recordFragments,
  kept: ({ contact_id, type, bot, model, cursor, changes }, _, { now }) => ({
    // Scores are of the quarter of an hour.
    of: [contact_id, type, bot, model, cursor, changes, Math.floor(now / 900_000_000)],
    subject: { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY },
  }),
  dear: true,
});
