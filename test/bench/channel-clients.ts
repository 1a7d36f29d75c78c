/**
 * Many sockets over all public channels, in a process of their own: reads a plan from standard input, says "open" once
 * each has its snapshot, and prints one JSON document at the end.
 */
export interface ChannelPlan {
  url: string;
  key: string;
  location_id: string;
  /** Spread evenly over these. */
  channels: readonly string[];
  sockets: number;
  seconds: number;
  probe_every_ms: number;
}

export interface ChannelResult {
  open: number;
  closed: number;
  frames: number;
  bytes: number;
  /** Gaps in any socket's numbers. */
  gaps: number;
  /** From the POST to the frame that tells of the event, over all sockets of channels that tell of it. */
  told_p50_ms: number;
  told_p95_ms: number;
  probes: number;
  /** Probes × sockets that never arrived. */
  missed: number;
  /** From the frame's own time (when it was made) to its arrival, over all frames of all channels. */
  sent_p50_ms: number;
  sent_p95_ms: number;
}

const OPENING_AT_ONCE = 50;
const SETTLE_MS = 2_000;
const MARK = /probe-[0-9a-f-]{36}/g;
/** An arrival in so many is looked at for its time: there are too many to parse all of them on the same cores. */
const SAMPLED = 8;

const wall = (): number => performance.timeOrigin + performance.now();

async function listen(plan: ChannelPlan): Promise<ChannelResult> {
  const told: number[] = [];
  const sent: number[] = [];
  const probes = new Map<string, number>();
  const tells = (channel: string): boolean => /^(activity|business-intelligence|ai-concierge)\//.test(channel);
  const counts = { closed: 0, frames: 0, bytes: 0, gaps: 0 };
  let measuring = false;
  const sockets: WebSocket[] = [];

  async function one(place: number): Promise<void> {
    const channel = plan.channels[place % plan.channels.length] ?? "";
    const headers = { authorization: `Bearer ${plan.key}` };
    const socket = new WebSocket(`${plan.url.replace("http", "ws")}/ws/${channel}`, { headers });
    const welcomed = Promise.withResolvers<void>();
    const seen = new Set<string>();
    let seq = Number.NaN;
    socket.onmessage = ({ data }) => {
      const at = wall();
      const text = String(data);
      const number = Number(/"seq":(\d+)/.exec(text.slice(0, 160))?.[1]);
      const isSnapshot = text.startsWith('{"type":"metrics:initial"');
      if (!isSnapshot && number !== seq + 1) counts.gaps++;
      seq = number;
      welcomed.resolve();
      if (!measuring) return;
      counts.frames++;
      counts.bytes += text.length;
      if (counts.frames % SAMPLED === 0)
        sent.push(at - Date.parse(/"ts":"([^"]+)"/.exec(text.slice(0, 200))?.[1] ?? ""));
      if (!text.startsWith('{"type":"ai:activity"')) return;
      for (const [mark] of text.matchAll(MARK)) {
        const began = probes.get(mark);
        if (began === undefined || seen.has(mark)) continue;
        seen.add(mark);
        told.push(at - began);
      }
    };
    socket.onerror = () => welcomed.reject(new Error("a socket could not be opened"));
    await welcomed.promise;
    socket.onclose = () => void counts.closed++;
    sockets.push(socket);
  }

  for (let from = 0; from < plan.sockets; from += OPENING_AT_ONCE) {
    const some = Math.min(OPENING_AT_ONCE, plan.sockets - from);
    await Promise.all(Array.from({ length: some }, (_, index) => one(from + index)));
  }
  process.stdout.write("open\n");
  await Bun.sleep(SETTLE_MS);
  measuring = true;
  const until = performance.now() + plan.seconds * 1_000;
  while (performance.now() < until) {
    const id = `probe-${crypto.randomUUID()}`;
    probes.set(id, wall());
    await post(plan, id);
    // Not in step with the pushes.
    await Bun.sleep(plan.probe_every_ms * (0.8 + Math.random() * 0.4));
  }
  await Bun.sleep(SETTLE_MS);
  const telling = Array.from({ length: plan.sockets }, (_, place) => plan.channels[place % plan.channels.length] ?? "");
  const expected = probes.size * telling.filter(tells).length;
  return {
    open: sockets.length - counts.closed,
    ...counts,
    told_p50_ms: at(told, 0.5),
    told_p95_ms: at(told, 0.95),
    probes: probes.size,
    missed: expected - told.length,
    sent_p50_ms: at(sent, 0.5),
    sent_p95_ms: at(sent, 0.95),
  };
}

async function post({ url, key, location_id }: ChannelPlan, id: string): Promise<void> {
  const data = { ai_employee: "luna", activity_type: "call", description: "probe" };
  const answer = await fetch(`${url}/v1/events`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ id, type: "ai_activity", location_id, contact_id: id, data }),
  });
  const text = await answer.text();
  if (answer.status !== 202) throw new Error(`a probe was answered ${answer.status} ${text}`);
}

function at(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

if (import.meta.main) {
  const plan: ChannelPlan = JSON.parse(await Bun.stdin.text());
  process.stdout.write(JSON.stringify(await listen(plan)));
  process.exit(0);
}
