/** What is told to whoever runs it. */
import { flagged, number, oneOf, type Setting, text } from "../setting.ts";
import { GIB, MIB } from "./bytes.ts";

export const OBSERVE_SETTINGS: readonly Setting[] = [
  flagged("metrics_public", "Show /metrics to anyone; else to keys and users with the scope read for all locations."),
  number("log_days", 1, 3650, 30, "Days that the files in data/logs are kept."),
  number(
    "log_day_bytes_max",
    64 * 1024,
    64 * GIB,
    256 * MIB,
    "Bytes of one day's log file; what is beyond goes to standard error only.",
  ),
  {
    ...text(
      "log_requests",
      "WHICH",
      "problems",
      "Which requests the log file names: off, problems (4xx, 5xx and slow ones, at most 10 a second) or all.",
    ),
    kind: { is: "text", placeholder: "WHICH", wrong: oneOf("off", "problems", "all") },
  },
  number("slow_request_ms", 1, 3_600_000, 1_000, "A request that takes longer is logged as slow."),
  number(
    "slow_query_ms",
    1,
    3_600_000,
    500,
    "A query that takes longer is logged: its SQL without the values, and how long it took.",
  ),
];
