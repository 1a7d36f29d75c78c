/** What clients may say on a socket, and what is said to them beside the frames of channels. */
import { z } from "zod";

const CHANNEL_CHARS_MAX = 128;
const channel = z.string().min(1).max(CHANNEL_CHARS_MAX);
const seq = z.int().min(0);

/** Fields that are not named here are ignored: a newer client may say more than this server understands. */
const messageSchema = z.discriminatedUnion("type", [
  /** With `seq` the channel goes on behind that frame, as after a `resume`. */
  z.object({ type: z.literal("subscribe"), channel, seq: seq.optional() }),
  z.object({ type: z.literal("unsubscribe"), channel }),
  /** Of the channel that the socket was opened for, unless it names another. */
  z.object({ type: z.literal("resume"), seq, channel: channel.optional() }),
  /** `id` comes back with the pong. */
  z.object({ type: z.literal("ping"), id: z.union([z.string().max(64), z.number()]).optional() }),
]);

export type Message = z.infer<typeof messageSchema>;

export type ErrorCode =
  /** Not JSON, not an object, a wrong type or field; `field` says which. */
  | "malformed"
  | "unknown_type"
  /** Nothing is called that, or there is no such location. */
  | "unknown_channel"
  /** The channel is not yours, or no longer. */
  | "forbidden"
  | "not_subscribed"
  | "too_many_channels"
  | "too_fast"
  /** A bug: the log has more. */
  | "failed";

export interface Refusal {
  code: ErrorCode;
  detail: string;
  field?: string;
  channel?: string;
}

const TYPES: ReadonlySet<unknown> = new Set(messageSchema.options.map(({ shape }) => shape.type.value));

/** `heard`: what the framework made of the frame, JSON parsed where it was JSON. */
export function messageOf(heard: unknown): Message | Refusal {
  if (typeof heard !== "object" || heard === null || Array.isArray(heard) || ArrayBuffer.isView(heard))
    return { code: "malformed", detail: "Send a JSON object as text." };
  const parsed = messageSchema.safeParse(heard);
  if (parsed.success) return parsed.data;
  if (!("type" in heard)) return { code: "malformed", field: "type", detail: "The type is missing." };
  if (!TYPES.has(heard.type)) return { code: "unknown_type", field: "type", detail: `Use ${[...TYPES].join(", ")}.` };
  const field = parsed.error.issues[0]?.path.join(".") ?? "";
  return { code: "malformed", field, detail: "The field is missing or wrong." };
}

/** A frame that is of no channel's sequence: its `seq` is null. */
export function looseFrame(type: string, channel: string | null, ts: string, data: object): string {
  return JSON.stringify({ type, channel, location_id: null, seq: null, ts, data });
}
