/**
 * Channels: numbered JSON frames for programs that listen. A snapshot first, then what changed, and what happened.
 * It must never compute or serialise a thing twice for two that may see the same, and never let a slow one hold up another.
 */
import { type BufferLimits, createBuffer, type FrameBuffer } from "./buffer.ts";
import { createPaced, type Paced } from "./paced.ts";

/** Entries by name, each as JSON. */
export type Entries = ReadonlyMap<string, string>;
/** What a channel shows: entries by section. Only entries that differ are sent again. */
export type Sections = ReadonlyMap<string, Entries>;

export interface Rendering {
  sections: Sections;
  /** Renders anew by then without any commit, too. */
  again_in_ms: number;
}

export interface Telling {
  /** What happened since the telling before: type of the frame and its data as JSON. */
  news: readonly { type: string; data: string }[];
  /** Sections that are in snapshots only: what was told last. */
  sections: Sections;
  /** What was missed cannot be told: everyone is sent a snapshot. */
  afresh: boolean;
}

/** One content for all who may see the same. */
export interface Source {
  /** As frames name it: "activity/jorge_main". */
  channel: string;
  /** Whose commits touch it; null: nobody's, it looks by itself. */
  location_id: string | null;
  /** In which frames the changed entries of a section are sent. */
  frames: Readonly<Record<string, string>>;
  /** How things are. */
  render(): Promise<Rendering>;
  /** What happens: quick, and not held up by a rendering. */
  tell?: () => Promise<Telling>;
  /** Sends to all who follow the topic at once (Bun's publish); left out, each is sent to. */
  publish?: (topic: string, text: string) => void;
  /** The channel is forgotten. */
  close(): void;
}

export interface Listener {
  send(text: string): void;
  /** Bytes that wait to leave. */
  buffered(): number;
  follow(topic: string): void;
  unfollow(topic: string): void;
  close(code: number, reason: string): void;
}

/** A listener's place in a channel. */
export interface Place {
  leave(): void;
  /** What came behind this frame, or a fresh snapshot when that cannot be told any more. */
  resume(seq: number): void;
  snapshot(): void;
  /** Its line is free again. */
  drained(): void;
}

export interface Channels {
  /**
   * The first frame is a snapshot, or with `seq` what came behind it. `key`: distinct for each distinct content, which is
   * channel and rights; `make` is called when nobody listens to that yet.
   */
  join(key: string, make: () => Source, listener: Listener, seq: number | null): Place;
  /** Says that a commit touched these locations. */
  touch(location_ids: readonly string[]): void;
  /** Places that listeners have taken. */
  places(): number;
  /** Channels that somebody listens to, and how many were cut off since the start as they did not read. */
  state(): { channels: readonly { channel: string; places: number; lagging: number }[]; dropped: number };
  close(): Promise<void>;
}

export interface ChannelOptions {
  /** Of each kind of frame, on each channel. */
  pushes_per_s: number;
  buffer: BufferLimits;
  /** Waiting bytes from which on a listener is told nothing more until it has read them. */
  lagging_bytes: number;
  /** So long it may take for that. */
  lagging_ms_max: number;
  /** Channels that nobody listens to and that are kept for those who come back. */
  idle_channels_max: number;
  /** Milliseconds that only go forward. */
  now?: () => number;
  /** Milliseconds since the epoch: where a channel's numbers begin, so that those of an earlier life are never met again. */
  epoch?: () => number;
  /** RFC 3339. */
  stamp: () => string;
  onError?: (channel: string, error: unknown) => void;
  /** Frames of a channel went out. */
  onPush?: () => void;
}

const SNAPSHOT = "metrics:initial";
/** "Try again later" (RFC 6455 registry). */
const TOO_SLOW = 1013;

interface Seat {
  listener: Listener;
  /** Waits for its first frame: from which number on, or null for a snapshot. */
  waiting: { seq: number | null } | null;
  /** Since when it is told nothing because it does not read; null while it does. */
  lagging_since: number | null;
  is_cut_off: boolean;
}

interface Open {
  key: string;
  source: Source;
  topic: string;
  seats: Set<Seat>;
  /** As they were last pushed; null before the first rendering. */
  shown: Sections | null;
  /** Of the last telling; null before the first. */
  told: Sections | null;
  /** The snapshot of the moment, made when somebody needs one. */
  snapshot: string | null;
  frames: FrameBuffer;
  rendering: Paced;
  telling: Paced;
  forgetting: ReturnType<typeof setTimeout> | null;
}

export function createChannels(options: ChannelOptions): Channels {
  const { now = () => performance.now(), epoch = Date.now, onError = () => {}, onPush = () => {} } = options;
  const opened = new Map<string, Open>();
  const idle = new Set<Open>();
  const pause_ms = 1_000 / options.pushes_per_s;
  let dropped = 0;

  function open(key: string, source: Source): Open {
    const render = async (): Promise<void> => {
      const { sections, again_in_ms } = await source.render();
      show(channel, sections);
      channel.rendering.askWithin(again_in_ms);
    };
    const tell = async (): Promise<void> => {
      if (source.tell) news(channel, await source.tell());
    };
    const trying = (work: () => Promise<void>, paced: () => Paced) => async (): Promise<void> => {
      try {
        await work();
      } catch (error) {
        onError(key, error);
        // Whoever waits must not do so until the next commit, which may be far off.
        paced().askWithin(RETRY_MS);
      }
    };
    const channel: Open = {
      key,
      source,
      topic: `channel ${key}`,
      seats: new Set(),
      shown: null,
      told: source.tell ? null : NOTHING,
      snapshot: null,
      frames: createBuffer(epoch(), options.buffer, now),
      rendering: createPaced(
        trying(render, () => channel.rendering),
        pause_ms,
        now,
        BUSY_SHARE_MAX,
      ),
      telling: createPaced(
        trying(tell, () => channel.telling),
        pause_ms,
        now,
      ),
      forgetting: null,
    };
    opened.set(key, channel);
    look(channel);
    return channel;
  }

  function look({ source, rendering, telling }: Open): void {
    if (source.tell) telling.ask();
    rendering.ask();
  }

  function show(channel: Open, sections: Sections): void {
    const { source, shown } = channel;
    channel.shown = sections;
    channel.snapshot = null;
    push(channel, shown === null ? [] : changedFrames(shown, sections, source.frames));
    for (const seat of channel.seats) welcome(channel, seat);
  }

  function news(channel: Open, { news, sections, afresh }: Telling): void {
    channel.told = sections;
    channel.snapshot = null;
    if (afresh) {
      channel.frames.cut();
      // What it shows may be of what was taken away.
      channel.rendering.ask();
      if (channel.shown !== null)
        for (const seat of channel.seats) if (isAttending(channel, seat)) seat.listener.send(snapshotOf(channel));
    } else push(channel, news);
    for (const seat of channel.seats) welcome(channel, seat);
  }

  function push(channel: Open, frames: readonly { type: string; data: string }[]): void {
    const { source } = channel;
    const texts = frames.map(({ type, data }) => {
      const seq = channel.frames.seq + 1;
      const text = frameText({ type, channel: source.channel, location_id: source.location_id, seq }, data);
      channel.frames.add({ seq, text });
      return text;
    });
    const attending = [...channel.seats].filter((seat) => isAttending(channel, seat));
    if (texts.length === 0 || attending.length === 0) return;
    onPush();
    if (source.publish) for (const text of texts) source.publish(channel.topic, text);
    else for (const { listener } of attending) for (const text of texts) listener.send(text);
  }

  /** True for those that are told now; looks at the same time who reads and who does not. */
  function isAttending(channel: Open, seat: Seat): boolean {
    if (seat.waiting) return false;
    if (seat.lagging_since !== null) {
      if (!catchUp(channel, seat) && now() - seat.lagging_since > options.lagging_ms_max) cutOff(seat);
      // The snapshot that it may just have been sent holds all of this already.
      return false;
    }
    if (seat.listener.buffered() <= options.lagging_bytes) return true;
    seat.lagging_since = now();
    seat.listener.unfollow(channel.topic);
    return false;
  }

  /** It stays until its socket is closed: it is counted once. */
  function cutOff(seat: Seat): void {
    if (!seat.is_cut_off) dropped++;
    seat.is_cut_off = true;
    seat.listener.close(TOO_SLOW, "too slow");
  }

  /** A snapshot instead of the backlog, once its line is free. */
  function catchUp(channel: Open, seat: Seat): boolean {
    if (seat.listener.buffered() > 0) return false;
    seat.lagging_since = null;
    seat.listener.send(snapshotOf(channel));
    seat.listener.follow(channel.topic);
    return true;
  }

  /** The first frame of one that joined, as soon as there is one. */
  function welcome(channel: Open, seat: Seat): void {
    if (seat.waiting === null || channel.shown === null || channel.told === null) return;
    resume(channel, seat.listener, seat.waiting.seq);
    seat.waiting = null;
    seat.listener.follow(channel.topic);
  }

  function resume(channel: Open, listener: Listener, seq: number | null): void {
    const { source, frames } = channel;
    const missed = seq === null ? null : frames.after(seq);
    if (missed === null) {
      listener.send(snapshotOf(channel));
      return;
    }
    for (const { text } of missed) listener.send(text);
    const head = { type: "resumed", channel: source.channel, location_id: source.location_id, seq: frames.seq };
    listener.send(frameText(head, `{"missed":${missed.length}}`));
  }

  function snapshotOf(channel: Open): string {
    const { source, shown, told, frames } = channel;
    const head = { type: SNAPSHOT, channel: source.channel, location_id: source.location_id, seq: frames.seq };
    channel.snapshot ??= frameText(head, sectionsText(new Map([...(shown ?? NOTHING), ...(told ?? NOTHING)])));
    return channel.snapshot;
  }

  function frameText(head: Head, data: string): string {
    return `${JSON.stringify({ ...head, ts: options.stamp() }).slice(0, -1)},"data":${data}}`;
  }

  function leave(channel: Open, seat: Seat): void {
    if (!channel.seats.delete(seat)) return;
    seat.listener.unfollow(channel.topic);
    if (channel.seats.size > 0) return;
    // It goes on for as long as somebody may come back and ask what was missed.
    idle.add(channel);
    channel.forgetting = setTimeout(() => forget(channel), options.buffer.age_ms_max);
    channel.forgetting.unref();
    const [oldest] = idle;
    if (idle.size > options.idle_channels_max && oldest) forget(oldest);
  }

  function forget(channel: Open): void {
    keep(channel);
    opened.delete(channel.key);
    void channel.rendering.stop();
    void channel.telling.stop();
    channel.source.close();
  }

  function keep(channel: Open): void {
    idle.delete(channel);
    if (channel.forgetting) clearTimeout(channel.forgetting);
    channel.forgetting = null;
  }

  return {
    join(key, make, listener, seq) {
      const channel = opened.get(key) ?? open(key, make());
      keep(channel);
      const seat: Seat = { listener, waiting: { seq }, lagging_since: null, is_cut_off: false };
      channel.seats.add(seat);
      welcome(channel, seat);
      return {
        leave: () => leave(channel, seat),
        // Who waits or lags is sent a snapshot anyway.
        resume: (from) => void (isReading(seat) && resume(channel, listener, from)),
        snapshot: () => void (isReading(seat) && resume(channel, listener, null)),
        drained: () => void (seat.lagging_since !== null && catchUp(channel, seat)),
      };
    },
    touch(location_ids) {
      for (const channel of opened.values()) {
        const { location_id } = channel.source;
        if (location_id !== null && location_ids.includes(location_id)) look(channel);
      }
    },
    places() {
      let count = 0;
      for (const { seats } of opened.values()) count += seats.size;
      return count;
    },
    state: () => ({
      channels: [...opened.values()]
        .filter(({ seats }) => seats.size > 0)
        .map(({ source, seats }) => ({
          channel: source.channel,
          places: seats.size,
          lagging: [...seats].filter(({ lagging_since }) => lagging_since !== null).length,
        })),
      dropped,
    }),
    async close() {
      const all = [...opened.values()];
      for (const channel of all) keep(channel);
      opened.clear();
      await Promise.all(all.flatMap(({ rendering, telling }) => [rendering.stop(), telling.stop()]));
      for (const { source } of all) source.close();
    },
  };
}

const RETRY_MS = 5_000;
/** Half of the time a channel may render: the other half is for everything else that asks the store. */
const BUSY_SHARE_MAX = 0.5;

function isReading({ waiting, lagging_since }: Seat): boolean {
  return waiting === null && lagging_since === null;
}

interface Head {
  type: string;
  channel: string;
  location_id: string | null;
  seq: number;
}

const NOTHING = new Map<string, never>();

/** A frame for each type whose sections changed; an entry that is gone is null. */
function changedFrames(before: Sections, after: Sections, frames: Source["frames"]): { type: string; data: string }[] {
  const byType = new Map<string, Map<string, Entries>>();
  for (const [section, type] of Object.entries(frames)) {
    const changed = changedEntries(before.get(section) ?? NOTHING, after.get(section) ?? NOTHING);
    if (changed.size === 0) continue;
    const sections = byType.get(type) ?? new Map<string, Entries>();
    byType.set(type, sections.set(section, changed));
  }
  return [...byType].map(([type, sections]) => ({ type, data: sectionsText(sections) }));
}

function changedEntries(before: Entries, after: Entries): Entries {
  const changed = new Map([...after].filter(([key, text]) => before.get(key) !== text));
  for (const key of before.keys()) if (!after.has(key)) changed.set(key, "null");
  return changed;
}

function sectionsText(sections: Sections): string {
  return objectText([...sections].map(([section, entries]) => [section, objectText([...entries])]));
}

function objectText(entries: readonly (readonly [string, string])[]): string {
  return `{${entries.map(([key, text]) => `${JSON.stringify(key)}:${text}`).join(",")}}`;
}
