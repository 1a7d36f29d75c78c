/** How contacts are chosen by their own latest values, as the API and the page of leads spell it in an address. */
import { z } from "zod";
import { CONTACT_SORTS, CONTACT_TABS, type ContactChoice, type ContactSort } from "../../store/query/contact-table.ts";

const TEMPERATURES = ["hot", "warm", "cold"];
const VALUE_CHARS_MAX = 256;

const value = z.string().max(VALUE_CHARS_MAX).optional();
const budget = z
  .string()
  .regex(
    /^(none|\d{1,15}(\.\d{1,4})?\.\.(\d{1,15}(\.\d{1,4})?)?|\.\.\d{1,15}(\.\d{1,4})?)$/,
    "Write 250000..500000, 500000.., ..250000 or none.",
  );

/** Each may be left out: anything will do. */
export const choiceFields = {
  search: z
    .string()
    .min(1)
    .max(128)
    .optional()
    .describe("A part of the id; of the name, too, for those who may see names."),
  tab: z.enum(CONTACT_TABS).optional().describe("A list that is looked at often: quiet is not heard of for 7 days."),
  temperature: z
    .string()
    .regex(/^(hot|warm|cold)(,(hot|warm|cold)){0,2}$/, "Write hot, warm, cold, or several with commas.")
    .optional()
    .describe("The latest one: one of these, parted by commas."),
  step: value.describe("How far it came last: new, q1 to q4, qualified, converted, lost or a stage; empty: none told."),
  timeline: value.describe("The latest one; empty: none told."),
  source: value.describe("The latest one; empty: none told."),
  budget: budget
    .optional()
    .describe("At least and less than: 250000..500000, 500000.., ..250000; none: no number told."),
  sort: z.enum(CONTACT_SORTS).optional().describe("Default last_seen. Those without it come last."),
  dir: z.enum(["asc", "desc"]).optional().describe("Default desc."),
} as const;

const given = z.object(choiceFields);
export type ChoiceGiven = z.infer<typeof given>;

/** What all of it means. */
export function choiceOf(
  given: ChoiceGiven,
  usual: ContactSort,
): { choice: ContactChoice; search: string | null; sort: ContactSort; ascending: boolean } {
  const { search = null, tab = "all", temperature, step, timeline, source, budget, sort = usual, dir } = given;
  return {
    search,
    sort,
    ascending: dir === "asc",
    choice: {
      tab,
      temperature:
        temperature === undefined ? null : TEMPERATURES.filter((one) => temperature.split(",").includes(one)),
      step: oneOf(step),
      timeline: oneOf(timeline),
      source: oneOf(source),
      budget: budgetOf(budget),
    },
  };
}

function oneOf(text: string | undefined): readonly (string | null)[] | null {
  return text === undefined ? null : [text === "" ? null : text];
}

function budgetOf(text: string | undefined): ContactChoice["budget"] {
  if (text === undefined) return null;
  if (text === "none") return "none";
  const [min = "", max = ""] = text.split("..");
  return { min: min === "" ? null : Number(min), max: max === "" ? null : Number(max) };
}
