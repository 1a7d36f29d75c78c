/** Notes on the chart of a page of figures: seen by all who see the page, written by who may export. */
import type { FiguresShell, Shown } from "../figures.ts";
import type { Html } from "../html.ts";
import { viewHref } from "../parts/query.ts";
import { annotateMenu } from "./annotate.ts";
import { annotated } from "./annotated.ts";
import type { ChartProps } from "./chart.ts";

type Noting = Pick<Shown<unknown>, "notes" | "exports" | "query">;

const EVERYWHERE = { location_id: "", name: "All locations" };

/** The same chart with its notes. */
export function noted(chart: ChartProps, { notes, exports }: Pick<Noting, "notes" | "exports">): ChartProps {
  return { ...chart, annotations: annotated(chart.buckets, notes, exports), annotate: exports };
}

/** The button in the head of the page; null for who may not. It holds the session's token: so it stands beside what is pushed to all. */
export function annotateAction(chart: ChartProps, { exports, query }: Noting, shell: FiguresShell): Html | null {
  if (!exports) return null;
  const seen = shell.controls.locations.map(({ location_id, name }) => ({ location_id, name }));
  const here = seen.filter(({ location_id }) => location_id === query.location_id);
  const places = here.length > 0 ? here : [...(shell.everywhere ? [EVERYWHERE] : []), ...seen];
  return annotateMenu(chart, { csrf: shell.user.csrf, back: viewHref(query), places });
}
