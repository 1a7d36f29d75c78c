/**
 * Many sockets on one view, in a process of their own: reads a plan from standard input, says "open" once all are
 * open, and prints one JSON document at the end.
 */
export interface WatchPlan {
  url: string;
  /** Of the socket: "/live?view=overview…" or "/". */
  path: string;
  cookie: string;
  sockets: number;
  seconds: number;
  /** Posts one recognisable event so often and measures until it is on every screen; null only listens. */
  probe: { every_ms: number; key: string; location_id: string } | null;
}

export interface WatchResult {
  open: number;
  closed: number;
  pushes: number;
  /** From a push's first arrival anywhere to each socket's own. */
  spread_p95_ms: number;
  /** From the POST to the fragment with the event, over all sockets; null without probes. */
  screen_p50_ms: number | null;
  screen_p95_ms: number | null;
  probes: number;
  /** Probes × sockets that never arrived. */
  missed: number;
  bytes: number;
}

/** A push's arrivals lie closer together than this, and two pushes further apart. */
const PUSH_GAP_MS = 600;
const OPENING_AT_ONCE = 200;
/** What a socket is sent at joining is no push; what was posted last is still on its way. */
const SETTLE_MS = 2_000;

async function watch(plan: WatchPlan): Promise<WatchResult> {
  const arrivals = new Arrivals();
  const probes = new Probes();
  let closed = 0;
  let bytes = 0;
  let measuring = false;
  const sockets: WebSocket[] = [];
  for (let from = 0; from < plan.sockets; from += OPENING_AT_ONCE) {
    const opening = Array.from({ length: Math.min(OPENING_AT_ONCE, plan.sockets - from) }, async (_, i) => {
      const socket = new WebSocket(plan.url.replace("http", "ws") + plan.path, {
        headers: { cookie: plan.cookie, origin: plan.url },
      });
      socket.onmessage = ({ data }) => {
        if (!measuring) return;
        const at = performance.now();
        const text = String(data);
        bytes += text.length;
        arrivals.add(at);
        probes.look(from + i, text, at);
      };
      await new Promise<void>((resolve, reject) => {
        socket.onopen = () => resolve();
        socket.onerror = () => reject(new Error("a socket could not be opened"));
      });
      socket.onclose = () => void closed++;
      sockets.push(socket);
    });
    await Promise.all(opening);
  }
  await Bun.sleep(SETTLE_MS);
  process.stdout.write("open\n");
  measuring = true;
  const until = performance.now() + plan.seconds * 1_000;
  if (plan.probe === null) await Bun.sleep(plan.seconds * 1_000);
  else await sendProbes(plan, plan.probe, probes, until);
  const [p50, p95] =
    probes.latencies.length === 0 ? [null, null] : [at(probes.latencies, 0.5), at(probes.latencies, 0.95)];
  const open = sockets.length - closed;
  return {
    open,
    closed,
    pushes: arrivals.pushes,
    spread_p95_ms: at(arrivals.spreads, 0.95),
    screen_p50_ms: p50,
    screen_p95_ms: p95,
    probes: probes.sent,
    missed: probes.sent * open - probes.latencies.length,
    bytes,
  };
}

/** Arrivals of the same push, however many sockets it goes to. */
class Arrivals {
  readonly spreads: number[] = [];
  pushes = 0;
  #first = Number.NEGATIVE_INFINITY;

  add(at: number): void {
    if (at - this.#first > PUSH_GAP_MS) {
      this.#first = at;
      this.pushes++;
    }
    this.spreads.push(at - this.#first);
  }
}

/** The probes on their way: which socket has seen which. A push may hold several. */
class Probes {
  readonly latencies: number[] = [];
  readonly #sent = new Map<string, { sent_at: number; seen: Set<number> }>();

  get sent(): number {
    return this.#sent.size;
  }

  begin(mark: string): void {
    this.#sent.set(mark, { sent_at: performance.now(), seen: new Set() });
  }

  look(socket: number, text: string, at: number): void {
    for (let from = text.indexOf(MARK); from >= 0; from = text.indexOf(MARK, from + MARK_CHARS)) {
      const probe = this.#sent.get(text.slice(from, from + MARK_CHARS));
      if (probe === undefined || probe.seen.has(socket)) continue;
      probe.seen.add(socket);
      this.latencies.push(at - probe.sent_at);
    }
  }
}

const MARK = "probe-";
/** With a UUID behind it. */
const MARK_CHARS = MARK.length + 36;

async function sendProbes(
  plan: WatchPlan,
  { every_ms, key, location_id }: NonNullable<WatchPlan["probe"]>,
  probes: Probes,
  until: number,
): Promise<void> {
  while (performance.now() < until) {
    const contact_id = `${MARK}${crypto.randomUUID()}`;
    const event = { type: "deal_closed", location_id, bot_id: "seller-bot", contact_id, value: "1", currency: "USD" };
    probes.begin(contact_id);
    const answer = await fetch(`${plan.url}/v1/events`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({ ...event, id: contact_id }),
    });
    await answer.arrayBuffer();
    if (answer.status !== 202) throw new Error(`a probe was answered ${answer.status}`);
    // Not in step with the pushes: their phase must not decide on the result.
    await Bun.sleep(every_ms * (0.8 + Math.random() * 0.4));
  }
  await Bun.sleep(SETTLE_MS);
}

function at(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

if (import.meta.main) {
  const plan: WatchPlan = JSON.parse(await Bun.stdin.text());
  process.stdout.write(JSON.stringify(await watch(plan)));
  process.exit(0);
}
