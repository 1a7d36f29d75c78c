/** How alerts reach people. */
import { flagged, number, type Setting, text } from "../setting.ts";

export const ALERTS_SETTINGS: readonly Setting[] = [
  {
    ...text(
      "smtp_url",
      "URL",
      "",
      "The mail server that alerts are sent through: smtps://user:password@mail.example.com:465, or smtp:// (STARTTLS where it is offered; with a password it must be). Empty: no e-mail.",
    ),
    kind: { is: "text", placeholder: "URL", wrong: wrongMailServer },
    flag: null,
    secret: true,
  },
  text("smtp_from", "ADDRESS", "", "The sender of alerts by e-mail: Bellwether <bi@example.com>."),
  flagged(
    "webhook_private_networks",
    "Let webhooks go over http and to loopback and private addresses, for receivers in your own network: whoever may administer a location can then have this machine post there. Link-local and metadata addresses stay refused.",
  ),
  number("delivery_at_once_max", 1, 1_000, 16, "Messages about alerts that are on their way at once; one a channel."),
  number("delivery_days", 1, 3650, 30, "Days that the log of deliveries is kept."),
  number("delivery_rows_max", 100, 10_000_000, 100_000, "How many deliveries are kept in the log."),
];

/** Never says what was given: there is a password in it. */
function wrongMailServer(given: string): string | null {
  if (given === "") return null;
  const url = URL.canParse(given) ? new URL(given) : null;
  if (url !== null && ["smtp:", "smtps:"].includes(url.protocol) && url.hostname !== "") return null;
  return "must be like smtp://mail.example.com:587 or smtps://user:password@mail.example.com:465";
}
