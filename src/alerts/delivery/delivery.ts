/**
 * The way of a notice to people: queued on disk, tried until it arrives or is given up, every try in the log.
 * It must never decide what is worth telling, and never let one receiver hold up another.
 */
import type { Settings } from "../../config.ts";
import type { DeliveryOutcome, DeliveryRow, NewDelivery } from "../../control/deliveries.ts";
import type { ChannelKind, NotificationChannel } from "../../control/notification-channels.ts";
import { type Notice, readNotice } from "../notice.ts";
import { reasonOf } from "./post.ts";
import { newDelivery, OFF, testNotice, WAITING_MAX } from "./queued.ts";
import { type Resolve, resolveHost } from "./receiver.ts";
import { waitAfter } from "./schedule.ts";
import { type DeliveryStore, type SendingParts, type Sent, sent } from "./sender.ts";
import { SENDERS } from "./senders.ts";

export interface FailedDelivery {
  delivery_id: string;
  channel_id: string;
  channel_name: string;
  notice: Notice;
  why: string;
}

export interface DeliveryState {
  waiting: number;
  failed_24h: number;
  last_failure: { channel_id: string; at: number; why: string } | null;
}

export interface Delivery {
  /**
   * Queued on disk before it returns; sent in the background with retries. A notice that was sent to a channel before
   * is not sent again; one that is about another location than the channel is for does not go there.
   */
  send(notice: Notice, channel_ids: readonly string[]): void;
  /** One try, at once, even to a channel that is off; what came of it. null: there is no such channel. */
  test(channel_id: string): Promise<DeliveryRow | null>;
  /** Once more, under the same webhook-id; one that still waits is tried at once. null: it, or its channel, is not there. */
  replay(delivery_id: string): DeliveryRow | null;
  /** Begins what is due, as far as there is room; resolves when nothing is due or on its way any more. Never throws. */
  tick(): Promise<void>;
  state(): DeliveryState;
  /** Since the start, by kind of channel and what came of it: delivered, waiting (tried again), failed. */
  tries(): readonly { kind: ChannelKind; outcome: string; count: number }[];
  /** Hears of deliveries that were given up. */
  onFailed(hear: (failed: FailedDelivery) => void): void;
  /** Forgets what the settings say is too old. */
  prune(): void;
  /** Begins nothing more; resolves when what is on its way has ended or was cut off. What waits is sent after the next start. */
  stop(): Promise<void>;
}

export interface DeliveryOptions {
  control: DeliveryStore;
  settings: Pick<
    Settings,
    | "public_url"
    | "smtp_url"
    | "smtp_from"
    | "webhook_private_networks"
    | "delivery_at_once_max"
    | "delivery_days"
    | "delivery_rows_max"
  >;
  /** Microseconds. */
  now: () => number;
  log: (level: "info" | "warn" | "error", message: string, fields?: Record<string, unknown>) => void;
  /** In [0, 1): spreads retries. */
  chance?: () => number;
  resolve?: Resolve;
  /** Of a request over HTTP. */
  timeout_ms?: number;
  /** Certificates to trust instead of the usual ones. */
  ca?: string;
}

const TIMEOUT_MS = 10_000;
/** How long what is on its way may take at the end. */
const STOP_MS = 2_000;
const RESPONSE_CHARS_MAX = 1_024;
const ERROR_CHARS_MAX = 500;
const DAY_US = 86_400 * 1_000_000;
/** After a disk that could not be written to: a message whose delivery cannot be noted must not be sent each second. */
const PAUSE_US = 60 * 1_000_000;
const GONE = "The receiver is gone.";

export function createDelivery(options: DeliveryOptions): Delivery {
  const { control, settings, now, log, chance = Math.random } = options;
  const stopped = new AbortController();
  const parts = sendingParts(options, stopped.signal);
  /** One delivery a channel, so that a slow receiver holds up itself alone, and messages arrive in their order. */
  const running = new Map<string, Promise<void>>();
  /** Channels that are left alone until then: receivers that asked for it. In memory: after a restart they ask again. */
  const paused = new Map<string, number>();
  const tries = new Map<string, { kind: ChannelKind; outcome: string; count: number }>();
  const hearers: ((failed: FailedDelivery) => void)[] = [];
  let stopping = false;

  function begin(): void {
    const room = settings.delivery_at_once_max - running.size;
    if (stopping || room <= 0) return;
    for (const [channel_id, until] of paused) if (until <= now()) paused.delete(channel_id);
    for (const row of control.dueDeliveries(now(), [...running.keys(), ...paused.keys()], room)) {
      const turn = attempt(row)
        .catch((error) => giveTime(row.channel_id, error))
        .finally(() => {
          running.delete(row.channel_id);
          beginSafely();
        });
      running.set(row.channel_id, turn);
    }
  }

  function beginSafely(): void {
    try {
      begin();
    } catch (error) {
      log("error", `deliveries could not be read: ${reasonOf(error)}`);
    }
  }

  function giveTime(channel_id: string, error: unknown): void {
    paused.set(channel_id, now() + PAUSE_US);
    log("error", `a delivery could not be noted: ${reasonOf(error)}`, { channel_id });
  }

  async function attempt(row: DeliveryRow): Promise<void> {
    const channel = control.notificationChannel(row.channel_id);
    if (channel?.enabled !== true) {
      control.dropDeliveries(row.channel_id, channel ? OFF : "The channel was removed.");
      return;
    }
    await tryOnce(row, channel, true);
  }

  /** `again`: whether it may be tried again, and its failure is told. */
  async function tryOnce(row: DeliveryRow, channel: NotificationChannel, again: boolean): Promise<void> {
    const at = now();
    const notice = readNotice(row.notice);
    const result = await SENDERS[channel.kind]({ notice, channel, remaining: row.remaining }, parts).catch((error) =>
      sent({ error: reasonOf(error) }),
    );
    // Cut off by our own end: it was no try of the receiver, and is made anew after the next start.
    if (stopped.signal.aborted && result.status === null) return;
    const { status, retry_after_s } = result;
    const error = result.error?.slice(0, ERROR_CHARS_MAX) ?? null;
    const outcome = outcomeOf(result, again ? waitAfter(row.tries + 1, retry_after_s, chance()) : null, now());
    const response = result.response === null ? null : readable(result.response).slice(0, RESPONSE_CHARS_MAX);
    const duration_ms = Math.max(0, Math.round((now() - at) / 1_000));
    control.noteAttempt(row.delivery_id, { at, duration_ms, status, error, response }, { ...outcome, error });
    countTry(channel.kind, outcome.state);
    if (retry_after_s !== null && outcome.state === "waiting") paused.set(row.channel_id, outcome.next_at ?? 0);
    if (result.gone && channel.kind !== "push") switchOff(channel, error);
    if (outcome.state === "failed" && again && notice.kind !== "test") tell(row, notice, error ?? "It was not taken.");
  }

  function countTry(kind: ChannelKind, outcome: string): void {
    const known = tries.get(`${kind} ${outcome}`);
    if (known) known.count++;
    else tries.set(`${kind} ${outcome}`, { kind, outcome, count: 1 });
  }

  function switchOff(channel: NotificationChannel, why: string | null): void {
    control.disableNotificationChannel(channel.channel_id, why ?? GONE);
    control.dropDeliveries(channel.channel_id, OFF);
    log("warn", `the channel "${channel.name}" was switched off: ${why ?? GONE}`, { channel_id: channel.channel_id });
  }

  function tell({ delivery_id, channel_id, channel_name }: DeliveryRow, notice: Notice, why: string): void {
    log("warn", `an alert was not delivered to "${channel_name}": ${why}`, { delivery_id, channel_id });
    for (const hear of hearers) hear({ delivery_id, channel_id, channel_name, notice, why });
  }

  /** For each channel that may have it. */
  function deliveriesTo(notice: Notice, channel_ids: readonly string[]): readonly NewDelivery[] {
    return [...new Set(channel_ids)].flatMap((channel_id) => {
      const channel = control.notificationChannel(channel_id);
      const fits = channel && (channel.location_id === null || channel.location_id === notice.location_id);
      if (fits) {
        const full = control.deliveriesWaiting(channel_id) >= WAITING_MAX;
        return [newDelivery(notice, channel, full)];
      }
      const why = channel ? "that channel is for another location" : "there is no such channel";
      log("warn", `a notice was not sent: ${why}`, { channel_id, notice_id: notice.notice_id });
      return [];
    });
  }

  return {
    send(notice, channel_ids) {
      control.queueDeliveries(deliveriesTo(notice, channel_ids));
    },
    async test(channel_id) {
      const channel = control.notificationChannel(channel_id);
      if (!channel) return null;
      const notice = testNotice(channel, now());
      // Never waiting: only this try is made, even if the process ends in the middle of it.
      const interrupted = {
        ...newDelivery(notice, channel, false),
        state: "dropped",
        error: "It was interrupted.",
      } as const;
      const [row] = control.queueDeliveries([interrupted]);
      if (!row) return null;
      await tryOnce(row, channel, false);
      return control.delivery(row.delivery_id);
    },
    replay(delivery_id) {
      const row = control.delivery(delivery_id);
      const channel = row && control.notificationChannel(row.channel_id);
      if (!row || !channel) return null;
      if (control.hurryDelivery(delivery_id)) return control.delivery(delivery_id);
      const again = { ...newDelivery(readNotice(row.notice), channel, false), replay_of: delivery_id };
      const [queued] = control.queueDeliveries([again]);
      return queued ?? null;
    },
    async tick() {
      beginSafely();
      while (running.size > 0) await Promise.all(running.values());
    },
    state() {
      const { count, last } = control.deliveriesFailed(now() - DAY_US);
      const failure = last && { channel_id: last.channel_id, at: last.finished_at ?? 0, why: last.error ?? "" };
      return { waiting: control.deliveriesWaiting(), failed_24h: count, last_failure: failure };
    },
    tries: () => [...tries.values()],
    onFailed: (hear) => void hearers.push(hear),
    prune: () => control.pruneDeliveries(now() - settings.delivery_days * DAY_US, settings.delivery_rows_max),
    async stop() {
      stopping = true;
      const cut = setTimeout(() => stopped.abort(), STOP_MS);
      await Promise.all(running.values());
      clearTimeout(cut);
      // Test messages, too: nothing can be noted once the database is closed.
      stopped.abort();
    },
  };
}

function sendingParts(options: DeliveryOptions, stopping: AbortSignal): SendingParts {
  const { control, settings, now, resolve = resolveHost, timeout_ms = TIMEOUT_MS, ca } = options;
  const { public_url, smtp_url, smtp_from, webhook_private_networks } = settings;
  const post = { private_networks: webhook_private_networks, resolve, timeout_ms, stopping, ca };
  return { control, now, public_url, smtp_url, smtp_from, post };
}

/** `wait`: until it is tried again, null where it is not. */
function outcomeOf(result: Sent, wait: number | null, now: number): Omit<DeliveryOutcome, "error"> {
  if (result.delivered) return { state: "delivered", next_at: null, remaining: null };
  if (result.final || wait === null) return { state: "failed", next_at: null, remaining: result.remaining };
  return { state: "waiting", next_at: now + wait, remaining: result.remaining };
}

/** What a receiver answered is shown as text: without control characters. */
function readable(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]/gu, "\ufffd");
}
