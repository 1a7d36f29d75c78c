/**
 * Warming: questions asked again so that their answers are in the cache before anyone waits for them.
 * It must never ask with more rights than those who asked first, and never hurry: it gives way to everyone.
 */
import { actAs } from "./access.ts";
import type { Parts } from "./parts.ts";
import { pathOf } from "./request.ts";
import type { Route } from "./route.ts";
import { type View, WARMING } from "./views-in-use.ts";

/** Between two questions: whoever else asks comes first. */
const PAUSE_MS = 20;
const BEHIND_LOOK_MS = 200;

/** One after the other; what fails is left cold. Throws when the signal fires. */
export async function warmViews(
  parts: Parts,
  routes: readonly Route[],
  views: readonly View[],
  progress: (share: number) => void,
  signal: AbortSignal,
): Promise<{ warmed: number; failed: number }> {
  const counts = { warmed: 0, failed: 0 };
  for (const [index, view] of views.entries()) {
    await caughtUp(parts, signal);
    signal.throwIfAborted();
    const warm = await warmView(parts, routes, view, signal);
    if (warm) counts.warmed++;
    else counts.failed++;
    progress((index + 1) / views.length);
    await Bun.sleep(PAUSE_MS);
  }
  return counts;
}

/** After a start: the questions that were asked most before it, in the background. */
export function warmAfterStart(parts: Parts, routes: readonly Route[]): void {
  const views = parts.views.most();
  if (views.length === 0) return;
  parts.tasks.start({
    kind: WARMING,
    location_id: null,
    by: { kind: "system", id: WARMING },
    run: (progress, signal) => warmViews(parts, routes, views, progress, signal),
  });
}

/** An answer given while the journal is still being applied would soon be dropped again. */
async function caughtUp({ ingest }: Parts, signal: AbortSignal): Promise<void> {
  for (;;) {
    const { applied_seq, journal_seq, queue_rows } = ingest.stats();
    if (applied_seq + 1 >= journal_seq || queue_rows === 0 || signal.aborted) return;
    await Bun.sleep(BEHIND_LOOK_MS);
  }
}

async function warmView(parts: Parts, routes: readonly Route[], view: View, signal: AbortSignal): Promise<boolean> {
  const { method, path, body, locations, personal } = view;
  const request = new Request(`http://warming${path}`, {
    method,
    signal,
    ...(body === null ? {} : { body, headers: { "content-type": "application/json" } }),
  });
  actAs(request, {
    kind: "key",
    id: WARMING,
    name: "cache warming",
    role: null,
    scopes: personal ? ["read", "export"] : ["read"],
    locations,
  });
  const route = routes.find((one) => one.method === method && one.path === pathOf(request));
  try {
    const answer = await route?.run(parts, { request, server: null, params: {} });
    return answer instanceof Response && answer.ok;
  } catch {
    // A location that is gone, a question that is too slow: whoever asks it will be told.
    return false;
  }
}
