/** `healthcheck`: exit code 0 when the server on this data directory is ready, for containers and service managers. */
import { z } from "zod";
import { askServer } from "../socket.ts";
import { CommandFailed, say, type Verb } from "./verb.ts";

const DEADLINE_MS = 5000;
const statusSchema = z.object({ url: z.string() });

export const HEALTHCHECK_VERB: Verb = {
  name: "healthcheck",
  summary: "Asks the running server whether it is ready: exit code 0 when it is, 1 when not.",
  usage: "[--url URL]",
  flags: [{ name: "url", value: "URL", doc: "Ask this server instead of the one on the data directory." }],
  run: async (call) => {
    const url = call.args.text("url") ?? (await urlOfServer(call.settings.data));
    const { status, body } = await ready(url);
    say(call, { url, status, body }, [`${status === 200 ? "ready" : `not ready (${status})`}: ${url}`]);
    return status === 200 ? 0 : 1;
  },
};

async function urlOfServer(data: string): Promise<string> {
  const answered = await askServer(data, "status", null, () => {});
  if (answered === null) throw new CommandFailed(`no server runs on ${data}`);
  return statusSchema.parse(answered.answer).url;
}

async function ready(url: string): Promise<{ status: number; body: string }> {
  try {
    const response = await fetch(new URL("/readyz", url), { signal: AbortSignal.timeout(DEADLINE_MS) });
    return { status: response.status, body: await response.text() };
  } catch (error) {
    throw new CommandFailed(`${url} does not answer: ${error instanceof Error ? error.message : error}`);
  }
}
