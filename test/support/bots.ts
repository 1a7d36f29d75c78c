/** Bots that post batches and single events over several connections, repeat themselves, and note what was acknowledged. */

export interface Bots {
  /** Ends the posting; resolves with "location/id" of every acknowledged event. */
  stop(): Promise<Set<string>>;
}

interface Given {
  url: string;
  key: string;
  random: () => number;
  /** Begins every id. */
  name: string;
}

const CONNECTIONS = 6;
const TYPES = ["lead_created", "deal_closed", "conversation_message", "something_else"];
const LOCATIONS = ["north", "south", "east"];

export function postAsBots(given: Given): Bots {
  const acknowledged = new Set<string>();
  const sent: Record<string, unknown>[] = [];
  let stopped = false;
  let count = 0;

  async function connection(): Promise<void> {
    while (!stopped) {
      const batch = Array.from({ length: given.random() < 0.4 ? 1 : 1 + Math.floor(given.random() * 60) }, () => {
        // Senders repeat what they are not sure of, acknowledged or not.
        const again = given.random() < 0.1 ? sent[Math.floor(given.random() * sent.length)] : undefined;
        return again ?? event(`${given.name}-${count++}`, given.random);
      });
      sent.push(...batch);
      const status = await post(given, batch);
      if (status === 200 || status === 202)
        for (const { location_id, id } of batch) acknowledged.add(`${location_id}/${id}`);
      else if (status !== null && status !== 503) throw new Error(`a good batch was answered ${status}`);
      if (status === null) await Bun.sleep(20);
    }
  }

  const all = Promise.all(Array.from({ length: CONNECTIONS }, connection));
  all.catch(() => undefined);
  return {
    async stop() {
      stopped = true;
      await all;
      return acknowledged;
    },
  };
}

function event(id: string, random: () => number): Record<string, unknown> {
  const type = TYPES[Math.floor(random() * TYPES.length)] ?? "lead_created";
  return {
    id,
    type,
    time: new Date(Date.UTC(2026, 0, 1) + Math.floor(random() * 86_400_000 * 90)).toISOString(),
    location_id: LOCATIONS[Math.floor(random() * LOCATIONS.length)],
    bot_id: `bot-${Math.floor(random() * 4)}`,
    contact_id: `contact-${Math.floor(random() * 500)}`,
    ...(type === "deal_closed" ? { value: `${Math.floor(random() * 1e6)}.${Math.floor(random() * 90) + 10}` } : {}),
    ...(type === "lead_created" ? { data: { source: "web" } } : {}),
    ...(type === "conversation_message" ? { data: { direction: "in", response_ms: Math.floor(random() * 5000) } } : {}),
  };
}

/** The status, or null when the connection broke: then nothing is known about the batch. */
async function post({ url, key, random }: Given, batch: readonly unknown[]): Promise<number | null> {
  const wait = random() < 0.05 ? "?wait=true" : "";
  try {
    const response = await fetch(`${url}/v1/events${wait}`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify(batch.length === 1 ? batch[0] : batch),
    });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return null;
  }
}
