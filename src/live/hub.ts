/**
 * Live: topics, views and sockets. It moves strings and knows no KPI.
 * A view is rendered once for all who watch it, coalesced, and never faster than the limit.
 */
import { createPaced, type Paced } from "./paced.ts";

export interface Watcher {
  /** Sends one text frame; false when the socket is gone. */
  send(text: string): boolean;
}

export interface View {
  /** Distinct for each distinct rendering: page, location scope, timeframe, time zone, compare, … */
  key: string;
  /** Location ids whose events touch it; null: any. */
  locations: readonly string[] | null;
  /** Renders the fragments; called after a touching commit, at most live_pushes_per_s times a second. Only those that changed are pushed. */
  render: () => Promise<readonly string[]>;
  /** Sends one frame to all who watch at once (Bun's publish); left out, each watcher is sent to. */
  publish?: (text: string) => void;
}

export interface Hub {
  /** Adds a watcher of a view and sends it the newest fragments; returns how to take it away. */
  watch(view: View, watcher: Watcher): () => void;
  /** Says that a commit touched these locations. */
  touch(location_ids: readonly string[]): void;
  /** Renders and pushes every watched view now (clock tick: ages, statuses). */
  tick(): void;
  watchers(): number;
  /** Views that are watched: their keys, and by how many. */
  watched(): readonly { key: string; watchers: number }[];
  /** From a commit to the push that shows it, the 95th percentile of the newest pushes, milliseconds; null before any. */
  lag_p95_ms(): number | null;
  close(): Promise<void>;
}

export interface HubOptions {
  pushes_per_s: number;
  /** Milliseconds that only go forward. */
  now?: () => number;
  onError?: (view: string, error: unknown) => void;
  /** A view's changed fragments went out to its watchers. */
  onPush?: () => void;
}

/** What the hub keeps of a view while anyone watches it. */
interface Watched {
  view: View;
  watchers: Set<Watcher>;
  /** Watchers that joined since the last rendering: they are sent everything, the others what changed. */
  joined: Set<Watcher>;
  /** Fragments as they were last pushed; null before the first rendering. */
  pushed: readonly string[] | null;
  /** When the first commit since the last rendering touched it. */
  touched_at: number | null;
  rendering: Paced;
}

/** So many pushes say how long one takes. */
const LAGS = 256;

/** The hub of one process. A commit is pushed at once when the view was quiet, else as soon as the limit lets it. */
export function createHub({
  pushes_per_s,
  now = () => performance.now(),
  onError = () => {},
  onPush = () => {},
}: HubOptions): Hub {
  const views = new Map<string, Watched>();
  const pause_ms = 1_000 / pushes_per_s;
  const lags: number[] = [];
  let pushes = 0;

  function added(view: View): Watched {
    const run = async (): Promise<void> => {
      const { touched_at } = watched;
      watched.touched_at = null;
      const pushed = await renderAndPush(watched, onError, onPush);
      if (pushed && touched_at !== null) lags[pushes++ % LAGS] = now() - touched_at;
    };
    const rendering = createPaced(run, pause_ms, now);
    const watched: Watched = {
      view,
      watchers: new Set(),
      joined: new Set(),
      pushed: null,
      touched_at: null,
      rendering,
    };
    views.set(view.key, watched);
    return watched;
  }

  function leave(watched: Watched, watcher: Watcher): void {
    watched.watchers.delete(watcher);
    watched.joined.delete(watcher);
    if (watched.watchers.size > 0) return;
    void watched.rendering.stop();
    if (views.get(watched.view.key) === watched) views.delete(watched.view.key);
  }

  return {
    watch(view, watcher) {
      const watched = views.get(view.key) ?? added(view);
      watched.watchers.add(watcher);
      // What was pushed last is still true when nothing is due: no need to render for each of a crowd that joins.
      if (watched.pushed && watched.rendering.quiet) watcher.send(watched.pushed.join("\n"));
      else {
        watched.joined.add(watcher);
        // A rendering that is under way will do for it.
        if (!watched.rendering.running) watched.rendering.ask();
      }
      return () => leave(watched, watcher);
    },
    touch(location_ids) {
      if (location_ids.length === 0) return;
      for (const watched of views.values()) {
        if (!(watched.view.locations?.some((id) => location_ids.includes(id)) ?? true)) continue;
        watched.touched_at ??= now();
        watched.rendering.ask();
      }
    },
    tick() {
      for (const { rendering } of views.values()) rendering.ask();
    },
    watchers() {
      let count = 0;
      for (const { watchers } of views.values()) count += watchers.size;
      return count;
    },
    lag_p95_ms: () => lags.toSorted((a, b) => a - b)[Math.floor(lags.length * 0.95)] ?? null,
    watched: () => [...views.values()].map(({ view, watchers }) => ({ key: view.key, watchers: watchers.size })),
    async close() {
      await Promise.all([...views.values()].map(({ rendering }) => rendering.stop()));
      views.clear();
    },
  };
}

/** True when something had changed. */
async function renderAndPush(
  watched: Watched,
  onError: (view: string, error: unknown) => void,
  onPush: () => void,
): Promise<boolean> {
  const joined = new Set(watched.joined);
  watched.joined.clear();
  try {
    const fragments = await watched.view.render();
    const before = watched.pushed;
    watched.pushed = fragments;
    const changed = before ? fragments.filter((fragment, place) => fragment !== before[place]) : fragments;
    // Those that joined while this was rendered get all of it too.
    for (const watcher of watched.joined) joined.add(watcher);
    watched.joined.clear();
    push(watched, joined, fragments.join("\n"), changed.join("\n"));
    if (changed.length > 0) onPush();
    return changed.length > 0;
  } catch (error) {
    // The next commit tries again; who watches keeps what is on the screen.
    for (const watcher of joined) if (watched.watchers.has(watcher)) watched.joined.add(watcher);
    onError(watched.view.key, error);
    return false;
  }
}

function push({ view, watchers }: Watched, joined: ReadonlySet<Watcher>, all: string, changed: string): void {
  for (const watcher of joined) if (watchers.has(watcher)) watcher.send(all);
  if (changed === "" || joined.size === watchers.size) return;
  if (view.publish) view.publish(changed);
  else for (const watcher of watchers) if (!joined.has(watcher)) watcher.send(changed);
}
