/** What Explore hands out as files. */
import { grainWord } from "../charts/data.ts";
import type { ExportOffer } from "../parts/export-menu.ts";
import { type ExploreShown, exploreTitle } from "./shown.ts";

/** What the chart shows, what the table shows, and the events behind. */
export function exploreOffers(shown: ExploreShown): readonly ExportOffer[] {
  const { report, own } = shown;
  const title = exploreTitle(shown);
  const { grain } = report.framed.frame;
  const kpis = [own.kpi, ...(report.split?.ok ? report.split.value.companions.map(({ key }) => key) : [])];
  return [
    { title: `${title}, ${grainWord(grain).toLowerCase()}`, what: "query", own: { kpi: own.kpi, by: own.by, grain } },
    ...(own.by === null ? [] : [{ title, what: "query", own: { kpi: kpis.join(","), by: own.by } } as const]),
    { title: "The events behind it", what: "events", own: { kpi: own.kpi } },
  ];
}
