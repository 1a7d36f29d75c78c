import type { IngestOutcome } from "../ingest/ingest.ts";
import { Problem } from "./errors.ts";

/** An answer that can be given again. */
export interface Answer {
  status: number;
  text: string;
  /** Throws a Problem where the answer is one. */
  response: () => Response;
}

/** What one outcome is over HTTP; refusals of the whole request are thrown as problems. */
export function answerOf(outcome: IngestOutcome): Answer {
  if (outcome.kind === "unreadable") {
    const { status, title, detail } = outcome;
    throw new Problem({ status, title, detail });
  }
  if (outcome.kind === "shed") {
    const headers = { "retry-after": String(outcome.retry_after_s) };
    throw new Problem({ status: 503, title: "Not now", detail: outcome.detail, headers });
  }
  const { accepted, duplicates, rejected, visible } = outcome;
  const counts = { accepted, duplicates, rejected: rejected.length };
  if (rejected.length === 0) return json(visible ? 200 : 202, counts);
  if (accepted + duplicates > 0) return json(207, { ...counts, errors: rejected });
  return problem({
    status: 422,
    title: "No event accepted",
    detail: "errors says why each was refused.",
    errors: rejected,
  });
}

const JSON_HEADERS = { "content-type": "application/json" };

function json(status: number, body: unknown): Answer {
  const text = JSON.stringify(body);
  return { status, text, response: () => new Response(text, { status, headers: JSON_HEADERS }) };
}

/** Kept as what is thrown, so that the root handler dresses it like every problem. */
function problem(body: ConstructorParameters<typeof Problem>[0]): Answer {
  return {
    status: body.status,
    text: JSON.stringify(body),
    response: () => {
      throw new Problem(body);
    },
  };
}
