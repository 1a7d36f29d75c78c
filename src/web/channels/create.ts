/** The public channels with the limits of the settings. */
import { formatInstant } from "../../catalogue/time.ts";
import { type Channels, createChannels } from "../../live/channels.ts";
import type { Parts } from "../parts.ts";

/** Waiting bytes of a client from which on it is told nothing more until it has read them; the server cuts it off at 256 KiB. */
const LAGGING_BYTES = 64 * 1024;
const LAGGING_MS_MAX = 15_000;
const BUFFER_BYTES_MAX = 4 * 1024 * 1024;
const IDLE_CHANNELS_MAX = 64;

type Given = Pick<Parts, "settings" | "observe" | "now" | "log">;

export function createPublicChannels({ settings, observe, now, log }: Given): Channels {
  return createChannels({
    pushes_per_s: settings.live_pushes_per_s,
    buffer: {
      frames_max: settings.live_buffer_frames,
      age_ms_max: settings.live_buffer_s * 1_000,
      bytes_max: BUFFER_BYTES_MAX,
    },
    lagging_bytes: LAGGING_BYTES,
    lagging_ms_max: LAGGING_MS_MAX,
    idle_channels_max: IDLE_CHANNELS_MAX,
    stamp: () => formatInstant(now()),
    onPush: () => observe.metrics.count("live_pushes_total"),
    onError: (channel, error) =>
      log("error", `channel ${channel} failed: ${error instanceof Error ? error.message : error}`),
  });
}
