/** The server itself: where it listens, where its data is, who reaches it. */
import { flagged, type Setting, text } from "../setting.ts";

export const SERVER_SETTINGS: readonly Setting[] = [
  text(
    "http",
    "HOST:PORT",
    "127.0.0.1:8000",
    "Where the server listens. Port 0 picks a free one; use 0.0.0.0 or [::] to be reached from other machines.",
  ),
  text("data", "DIR", "./data", "The data directory: everything the appliance writes."),
  flagged("demo", "Feed a labelled demo location with 90 days of history and live simulated bots."),
  text(
    "public_url",
    "URL",
    "",
    "As users reach it (https://bi.example.com): decides cookie prefixes, HSTS and printed links. Empty: http:// and the listening address.",
  ),
];
