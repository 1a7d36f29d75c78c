import { describe, expect, test } from "bun:test";
import { Problem } from "../../src/web/errors.ts";
import { createQuestionGate } from "../../src/web/question-gate.ts";

const never = new AbortController().signal;

/** Work that ends when it is told to. */
function works(gate: ReturnType<typeof createQuestionGate>) {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const ask = (who: string, name: string, signal = never) =>
    gate.run(who, signal, () => {
      begun.push(name);
      return new Promise<string>((resolve) => ends.set(name, () => resolve(name)));
    });
  const end = async (name: string) => {
    ends.get(name)?.();
    await Bun.sleep(0);
  };
  return { begun, ask, end };
}

describe("questions of one caller", () => {
  test("have their turn one after another beyond the limit, and nobody else waits for them", async () => {
    const gate = createQuestionGate({ at_once_max: 2, waiting_max: 10, timeout_ms: 10_000 });
    const { begun, ask, end } = works(gate);
    const all = ["a", "b", "c", "d"].map((name) => ask("key 1", name));
    const other = ask("key 2", "other");
    expect([begun, gate.running(), gate.waiting()]).toEqual([["a", "b", "other"], 3, 2]);
    await end("b");
    expect([begun.slice(3), gate.running(), gate.waiting()]).toEqual([["c"], 3, 1]);
    await end("a");
    await end("c");
    await end("d");
    await end("other");
    expect(await Promise.all([...all, other])).toEqual(["a", "b", "c", "d", "other"]);
    expect([gate.running(), gate.waiting()]).toEqual([0, 0]);
  });

  test("are refused with 429 when too many wait", async () => {
    const gate = createQuestionGate({ at_once_max: 1, waiting_max: 1, timeout_ms: 10_000 });
    const { ask, end } = works(gate);
    const first = ask("key 1", "a");
    const second = ask("key 1", "b");
    expect(await problemOf(ask("key 1", "c"))).toMatchObject({ status: 429, headers: { "retry-after": "1" } });
    expect(gate.refused()).toBe(1);
    await end("a");
    await end("b");
    expect(await Promise.all([first, second])).toEqual(["a", "b"]);
  });

  test("are given up with 503 when their turn does not come", async () => {
    const gate = createQuestionGate({ at_once_max: 1, waiting_max: 5, timeout_ms: 20 });
    const { ask, end } = works(gate);
    const first = ask("key 1", "a");
    expect(await problemOf(ask("key 1", "b"))).toMatchObject({ status: 503, headers: { "retry-after": "5" } });
    await end("a");
    await first;
    expect([gate.running(), gate.waiting()]).toEqual([0, 0]);
  });

  test("leave the line when nobody waits for them", async () => {
    const gate = createQuestionGate({ at_once_max: 1, waiting_max: 5, timeout_ms: 10_000 });
    const { begun, ask, end } = works(gate);
    const gone = new AbortController();
    const first = ask("key 1", "a");
    const left = ask("key 1", "b", gone.signal).catch((error: unknown) => error);
    const third = ask("key 1", "c");
    gone.abort(new Error("left"));
    expect(await left).toMatchObject({ message: "left" });
    await end("a");
    await end("c");
    await Promise.all([first, third]);
    expect(begun).toEqual(["a", "c"]);
  });

  test("that fail give their place to the next", async () => {
    const gate = createQuestionGate({ at_once_max: 1, waiting_max: 5, timeout_ms: 10_000 });
    const failed = gate.run("key 1", never, () => Promise.reject(new Error("broke")));
    const next = gate.run("key 1", never, () => Promise.resolve("fine"));
    expect(await failed.catch((error: Error) => error.message)).toBe("broke");
    expect(await next).toBe("fine");
    expect([gate.running(), gate.waiting()]).toEqual([0, 0]);
  });
});

async function problemOf(work: Promise<unknown>): Promise<unknown> {
  const error = await work.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Problem);
  return error instanceof Problem ? error.body : null;
}
