/** Limits of requests, and which sites may send them. */
import { number, type Setting, text, wrongOrigins } from "../setting.ts";

export const REQUESTS_SETTINGS: readonly Setting[] = [
  number(
    "rate_ingest_per_s",
    0,
    1_000_000,
    0,
    "Ingest requests a second of one key (of one address without a key); 0 is no limit: ingest sheds load by its queue already.",
  ),
  number("rate_ingest_burst", 1, 10_000_000, 10_000, "Ingest requests that may come at once, before the rate holds."),
  number(
    "rate_read_per_s",
    0,
    1_000_000,
    10_000,
    "All other requests a second of one key or user (of one address without either); 0 is no limit.",
  ),
  number("rate_read_burst", 1, 10_000_000, 20_000, "Of these, how many may come at once."),
  number(
    "rate_auth_per_s",
    0,
    1_000_000,
    10,
    "Sign-ins, token requests and refreshes a second of one address; 0 is no limit. Failed sign-ins have a limit of their own.",
  ),
  number("rate_auth_burst", 1, 10_000_000, 100, "Of these, how many may come at once."),
  number(
    "url_bytes_max",
    256,
    15_000,
    8_192,
    "Bytes of an address; longer ones are answered 414. (Headers: 16 KiB, 431.)",
  ),
  number("body_timeout_ms", 100, 3_600_000, 30_000, "A body that has not arrived by then is answered 408."),
  number("request_timeout_ms", 100, 3_600_000, 60_000, "A request that is not answered by then is answered 503."),
  {
    ...text(
      "cors_origins",
      "ORIGINS",
      "",
      "Sites whose pages may call the API from a browser, with a key or token, never with cookies: exact origins (https://app.example.com), comma-separated. Empty: none.",
    ),
    kind: { is: "text", placeholder: "ORIGINS", wrong: wrongOrigins },
  },
];
