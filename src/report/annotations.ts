/** What a team noted about the timeframe and the locations of a page. */
import type { Annotation } from "../control/annotations.ts";
import type { Control } from "../control/control.ts";
import type { Framed } from "./common.ts";
import { maskedText } from "./personal.ts";

export interface PageAnnotation extends Pick<Annotation, "annotation_id" | "location_id" | "from" | "to" | "kind"> {
  text: string;
  by: string;
  /** Of all locations is only removed by who sees all of them. */
  removable: boolean;
}

/** A chart with more flags than these is no chart. */
const SHOWN_MAX = 20;

/** The newest, by time. `seen`: the locations of whoever looks; null: every one. */
export function annotationsIn(
  control: Pick<Control, "annotations">,
  { scope }: Pick<Framed, "scope">,
  { personal, seen }: { personal: boolean; seen: readonly string[] | null },
): readonly PageAnnotation[] {
  const { from, to, locations } = scope;
  return control
    .annotations({ locations, from, to })
    .slice(-SHOWN_MAX)
    .map(({ annotation_id, location_id, text, created_by, ...rest }) => ({
      annotation_id,
      location_id,
      from: rest.from,
      to: rest.to,
      kind: rest.kind,
      text: personal ? text : maskedText(text),
      by: created_by,
      removable: location_id === null ? seen === null : seen === null || seen.includes(location_id),
    }));
}
