import type { IngestRequest } from "../ingest/ingest.ts";
import { Problem } from "./errors.ts";
import type { Answer } from "./ingest-answer.ts";
import type { Parts } from "./parts.ts";

type Run = (id_seed: string) => Promise<Answer>;

/** What may stand in Idempotency-Key: visible ASCII, quoted or not. */
const KEY = /^[\x21-\x7e]{1,255}$/;

/**
 * Idempotency-Key: the first request is done, the same one again gets its answer for 24 h, also while the first is
 * still at work; another body under the same key is 409.
 */
export function idempotently({ control, now }: Pick<Parts, "control" | "now">) {
  const running = new Map<string, { body_hash: string; answer: Promise<Answer> }>();

  return async (request: IngestRequest, idempotency_key: string, run: Run): Promise<Response> => {
    if (!KEY.test(idempotency_key)) throw wrongKey();
    const key_id = request.caller.id;
    const body_hash = hashOf(request);
    const name = `${key_id}\u0000${idempotency_key}`;
    const other = running.get(name) ?? control.idempotent(key_id, idempotency_key);
    if (other !== null && other.body_hash !== body_hash) throw differs();
    if (other !== null) return "status" in other ? again(other) : (await other.answer).response();

    const answer = run(`${name}\u0000${body_hash}`).then((done) => {
      const { status, text } = done;
      control.rememberIdempotent(key_id, idempotency_key, { body_hash, status, answer: text, now: now() });
      return done;
    });
    running.set(name, { body_hash, answer });
    try {
      return (await answer).response();
    } finally {
      running.delete(name);
    }
  };
}

/** Everything that decides what the events are. */
function hashOf({ body, headers }: IngestRequest): string {
  const hash = new Bun.CryptoHasher("sha256");
  for (const [name, value] of Object.entries(headers)) {
    if (name === "content-type" || name === "content-encoding" || name.startsWith("ce-")) {
      hash.update(`${name}:${value}\n`);
    }
  }
  return hash.update("\n").update(body).digest("hex");
}

function again({ status, answer }: { status: number; answer: string }): Response {
  if (status >= 400) throw new Problem(JSON.parse(answer));
  return new Response(answer, { status, headers: { "content-type": "application/json" } });
}

function differs(): Problem {
  const detail = "This Idempotency-Key was used with another body in the last 24 hours; use a new one.";
  return new Problem({ status: 409, title: "Idempotency-Key already used", detail });
}

function wrongKey(): Problem {
  const detail = "An Idempotency-Key is 1 to 255 visible ASCII characters.";
  return new Problem({ status: 400, title: "Wrong Idempotency-Key", detail });
}
