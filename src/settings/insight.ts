/** What the appliance finds out by itself. */
import { number, type Setting } from "../setting.ts";

export const INSIGHT_SETTINGS: readonly Setting[] = [
  number(
    "insight_series_max",
    0,
    1_000_000,
    1_000,
    "Series (a KPI of a location or bot, by the hour or day) that are watched for anomalies as they happen, up to 100 kB each; 0 watches none, and anomalies are found when asked for.",
  ),
];
