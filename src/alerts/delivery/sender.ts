/** What a way of sending is given, and what it says of a try. */
import type { DeliveryControl } from "../../control/deliveries.ts";
import type { NotificationChannel, NotificationChannelControl } from "../../control/notification-channels.ts";
import type { User } from "../../control/types.ts";
import type { Notice } from "../notice.ts";
import type { Posted, PostOptions } from "./post.ts";
import { retryAfter } from "./schedule.ts";

/** The part of control that delivery needs. */
export interface DeliveryStore extends NotificationChannelControl, DeliveryControl {
  users(): readonly User[];
  fact(name: string): string | null;
  setFact(name: string, value: string): void;
}

export interface SendingParts {
  control: DeliveryStore;
  /** Microseconds. */
  now: () => number;
  post: PostOptions;
  /** As users reach the appliance; links lead there. Empty: no links. */
  public_url: string;
  smtp_url: string;
  smtp_from: string;
}

export interface Message {
  notice: Notice;
  channel: NotificationChannel;
  /** Of several recipients those that are still to be reached; null: all of them. */
  remaining: readonly string[] | null;
}

/** What came of one try. */
export interface Sent {
  delivered: boolean;
  /** Of HTTP or SMTP. */
  status: number | null;
  error: string | null;
  /** The receiver's answer. */
  response: string | null;
  /** What the receiver asked to wait. */
  retry_after_s: number | null;
  /** Trying again would change nothing. */
  final: boolean;
  /** The receiver wants nothing more, ever: the channel is switched off. */
  gone: boolean;
  /** Recipients that are still to be reached. */
  remaining: readonly string[] | null;
}

export type Sender = (message: Message, parts: SendingParts) => Promise<Sent>;

/** A try, of which only what is unusual needs to be said. */
export function sent(what: Partial<Sent>): Sent {
  return {
    delivered: false,
    status: null,
    error: null,
    response: null,
    retry_after_s: null,
    final: false,
    gone: false,
    remaining: null,
    ...what,
  };
}

/** What an answer over HTTP means. Source: Standard Webhooks, "Delivery success and failure". `gone`: the statuses that say so. */
export function sentOver(posted: Posted, now: number, gone: readonly number[] = [410]): Sent {
  if ("refused" in posted) return sent({ error: posted.refused, final: true });
  if ("error" in posted) return sent({ error: posted.error });
  const { status, headers, body } = posted;
  const answer = { status, response: body };
  if (status >= 200 && status < 300) return sent({ ...answer, delivered: true });
  if (gone.includes(status)) {
    return sent({ ...answer, error: `The receiver is gone (${status}).`, final: true, gone: true });
  }
  const error =
    status >= 300 && status < 400
      ? `The receiver redirects (${status}): set the address that it redirects to.`
      : `The receiver answered ${status}.`;
  return sent({ ...answer, error, retry_after_s: retryAfter(headers["retry-after"], now) });
}
