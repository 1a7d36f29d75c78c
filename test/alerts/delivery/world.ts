/** A delivery over a real control database with a clock that stands until it is moved, and receivers on loopback. */
import {
  createDelivery,
  type Delivery,
  type DeliveryOptions,
  type FailedDelivery,
} from "../../../src/alerts/delivery/delivery.ts";
import type { Notice } from "../../../src/alerts/notice.ts";
import { type Control, openControl } from "../../../src/control/control.ts";
import type { NewChannel, NotificationChannel } from "../../../src/control/notification-channels.ts";

export const START = 1_795_000_000_000_000;
export const SECOND = 1_000_000;

export interface DeliveryWorld {
  control: Control;
  delivery: Delivery;
  clock: { now: number };
  logged: string[];
  failed: FailedDelivery[];
  channel(given: Partial<NewChannel>): NotificationChannel;
  stop(): Promise<void>;
}

export interface WorldGiven extends Partial<Omit<DeliveryOptions, "settings" | "control">> {
  settings?: Partial<DeliveryOptions["settings"]>;
  /** Of the control database, for a second life; in memory when left out. */
  path?: string;
  clock?: { now: number };
}

export function deliveryWorld({
  settings,
  path = ":memory:",
  clock = { now: START },
  ...given
}: WorldGiven = {}): DeliveryWorld {
  const control = openControl(path, { now: () => clock.now });
  const logged: string[] = [];
  const failed: FailedDelivery[] = [];
  const delivery = createDelivery({
    control,
    settings: {
      public_url: "https://bi.example.com",
      smtp_url: "",
      smtp_from: "Bellwether <bi@example.com>",
      webhook_private_networks: true,
      delivery_at_once_max: 16,
      delivery_days: 30,
      delivery_rows_max: 1_000,
      ...settings,
    },
    now: () => clock.now,
    log: (level, message) => logged.push(`${level}: ${message}`),
    chance: () => 0,
    ...given,
  });
  delivery.onFailed((one) => failed.push(one));
  return {
    control,
    delivery,
    clock,
    logged,
    failed,
    channel: (channel) =>
      control.addNotificationChannel({
        name: "On call",
        kind: "webhook",
        location_id: null,
        url: null,
        addresses: [],
        ...channel,
      }).channel,
    async stop() {
      await delivery.stop();
      control.close();
    },
  };
}

export function notice(change: Partial<Notice> = {}): Notice {
  return {
    notice_id: Bun.randomUUIDv7(),
    kind: "firing",
    at: START,
    severity: "critical",
    location_id: "jorge_main",
    rule_id: "r1",
    rule_name: "Stalls",
    alert_id: "a1",
    title: "Stall rate above 30% at Jorge Main — 41% over the last hour (since 14:05 UTC)",
    text: "Stall rate was 41% over the last hour. The rule allows 30%.",
    facts: { kpi: "stall_rate", value: 0.41, threshold: 0.3 },
    path: "/alerts?id=a1",
    ...change,
  };
}

export interface Received {
  headers: Record<string, string>;
  body: string;
}

export interface Receiver {
  url: string;
  received: Received[];
  stop(): void;
}

/** A web server on loopback that keeps what it is sent. */
export function receiver(answer: (received: Received, count: number) => Response | Promise<Response>): Receiver {
  const received: Received[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const one = { headers: request.headers.toJSON(), body: await request.text() };
      received.push(one);
      return answer(one, received.length);
    },
  });
  return { url: `http://127.0.0.1:${server.port}/hook`, received, stop: () => void server.stop(true) };
}
