/** `/funnels`: how far contacts or conversations came through steps of one's own. */
import { z } from "zod";
import { type FunnelsOwn, type FunnelsShown, funnelsFragments, funnelsPage } from "../../../views/funnels/funnels.ts";
import { USUAL_FUNNEL } from "../../../views/funnels/ready.ts";
import { type StepText, stepsOfText, stepsText } from "../../../views/funnels/steps-text.ts";
import { ownWith, queryText } from "../../../views/parts/query.ts";
import { previousOf } from "../../catalogue/period.ts";
import { funnelReport } from "../../report/funnel-page.ts";
import { funnelSteps, windowLength } from "../bi/funnel.ts";
import { allowFilters, fieldProblem } from "../bi/input.ts";
import type { Parts } from "../parts.ts";
import { seeOther } from "../request.ts";
import { type Route, route } from "../route.ts";
import { figuresGiven } from "./asked.ts";
import { logOf } from "./bots.ts";
import { chipsOf, FORM_OPS, type FormOp, fieldLabel, fieldOf, filtersOf, KNOWN_FIELDS } from "./filters.ts";
import { figuresPage } from "./page.ts";

const OPS: Readonly<Record<FormOp, string>> = {
  is: "is",
  is_not: "is not",
  contains: "contains",
  at_least: "at least",
  over: "over",
  at_most: "at most",
  under: "under",
  given: "is given",
  missing: "is not given",
};
const STEPS_CHARS_MAX = 8_000;
const FIELDS = KNOWN_FIELDS.map((field) => ({ field, label: fieldLabel(field) }));
const FORM = { fields: FIELDS, ops: FORM_OPS.map((op) => ({ op, label: OPS[op] })), words: wordsOf };

const own = z
  .object({
    steps: z.string().max(STEPS_CHARS_MAX).optional(),
    by: z.enum(["contact_id", "conversation_id"]).default("contact_id"),
    window: z
      .string()
      .max(16)
      .default(USUAL_FUNNEL.window)
      .pipe(z.string().regex(/^\d{1,5}(m|h|d|w)$/, "Write a length such as 36h or 7d.")),
    ordered: z.enum(["true", "false"]).default("true"),
  })
  .transform(({ steps: text, by, window, ordered }, context) => {
    const steps = text === undefined ? USUAL_FUNNEL.steps : stepsOfText(text);
    const read = z.object({ steps: funnelSteps, window: windowLength }).safeParse({ steps, window });
    if (!read.success) {
      for (const { path, message } of read.error.issues) context.addIssue({ code: "custom", path: [...path], message });
      return z.NEVER;
    }
    const shown: FunnelsOwn = { steps, by, window, ordered: ordered === "true", ...FORM };
    return { ...shown, wanted: { steps: read.data.steps, window_ms: read.data.window } };
  });

export const FUNNELS = figuresPage<FunnelsShown["report"], z.output<typeof own>>({
  view: "funnel",
  path: "/funnels",
  summary: "Funnels of one's own steps.",
  own,
  async report(parts, asked, { wanted, by, ordered }) {
    for (const [index, { filters }] of wanted.steps.entries()) allowFilters(asked, filters, `steps.${index}.filters`);
    const report = await funnelReport(parts, { ...asked, ...wanted, by, ordered }, logOf(parts, "funnels"));
    const { frame, scope } = report.framed;
    return { ...report, previous: asked.compare && frame.name !== "all" ? previousOf(scope) : null };
  },
  page: funnelsPage,
  fragments: funnelsFragments,
  kept: ({ wanted, by, ordered }) => ({ of: [wanted, by, ordered] }),
  dear: true,
});

/** The builder's form, to the address that says the same: without script each change is a page of its own. */
export function funnelFormRoutes(parts: Parts): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/funnels/steps",
      access: "read",
      tag: "Page",
      summary: "From the form of a funnel to its page.",
      query: "own",
      answers: { 303: { description: "To the funnel." } },
      handle: ({ request, caller }) => {
        const search = new URL(request.url).searchParams;
        const others = new URLSearchParams([...search].filter(([name]) => !isOfForm(name)));
        const { query } = figuresGiven(parts, caller, { path: "/funnels", own: z.looseObject({}) }, others, {});
        const steps = stepsOfForm(search);
        const [by, ordered] = [search.get("by"), search.get("ordered")];
        const window = `${search.get("window_count") ?? ""}${search.get("window_unit") ?? ""}`;
        return seeOther(
          query.path +
            queryText(query, {
              own: ownWith(query, {
                steps: steps.length === 0 ? null : stepsText(steps),
                window: window === "" ? null : window,
                by: by === "contact_id" ? null : by,
                ordered: ordered === "true" ? null : ordered,
              }),
            }),
        );
      },
    }),
  ];
}

function isOfForm(name: string): boolean {
  return /^((type|filter|field|op|value)\.\d+|window_count|window_unit|by|ordered|steps|window)$/.test(name);
}

function stepsOfForm(search: URLSearchParams): readonly StepText[] {
  const steps: StepText[] = [];
  for (let index = 0; search.has(`type.${index}`); index++) {
    const named = (name: string): string => (search.get(`${name}.${index}`) ?? "").trim();
    const added = named("field") === "" ? [] : addedFilter(named("field"), named("op"), named("value"), index);
    const type = named("type");
    if (type !== "") steps.push({ type, filters: [...search.getAll(`filter.${index}`), ...added] });
  }
  return steps;
}

function addedFilter(typed: string, named: string, value: string, index: number): readonly string[] {
  const field = fieldOf(typed);
  if (field === null) throw fieldProblem(`steps.${index}.filters`, "There is no such field.");
  const op = FORM_OPS.find((one) => one === named) ?? "is";
  // A condition that is half written narrows nothing yet.
  if (value === "" && op !== "given" && op !== "missing") return [];
  return filtersOf(field, op, [value]);
}

function wordsOf(filter: string): string {
  const [chip] = chipsOf({ filters: [filter] }, (id) => id);
  return chip ? `${chip.field} ${chip.op} ${chip.value}` : filter;
}
