/** Live views and channels. */
import { number, type Setting } from "../setting.ts";

export const LIVE_SETTINGS: readonly Setting[] = [
  number("live_pushes_per_s", 1, 60, 4, "How often a live view is pushed at most."),
  number("live_sockets_max", 1, 1_000_000, 20_000, "Open live connections."),
  number("live_sockets_per_user_max", 1, 1_000_000, 100, "Open live connections of one user or key."),
  number("live_sockets_per_address_max", 1, 1_000_000, 1_000, "Open live connections from one address."),
  number("live_channels_per_socket_max", 1, 1_000, 16, "Channels on one live connection."),
  number("live_messages_per_s", 1, 1_000, 10, "Messages that a live connection may send; twice as many at once."),
  number("live_buffer_frames", 1, 100_000, 1_000, "Frames of a channel kept for clients that were away for a moment."),
  number("live_buffer_s", 1, 3_600, 60, "How long they are kept."),
];
