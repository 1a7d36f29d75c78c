import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BotEvent } from "../../../src/catalogue/event.ts";
import { type Control, openControl } from "../../../src/control/control.ts";
import { TRAINING, trainDue, trainingOf } from "../../../src/insight/scores/due.ts";
import { learnable } from "../../../src/insight/scores/learn.ts";
import { trainModel } from "../../../src/insight/scores/train.ts";
import { createTasks } from "../../../src/jobs/background.ts";
import { modelFigure, modelInForce } from "../../../src/report/scores/models.ts";
import type { Store } from "../../../src/store/store.ts";
import { cleanUp, DAY_US, eventOf, groupOf, NOON, openTestStore } from "../../store/fixture.ts";
import { buyerLives, leadLives } from "../../support/contacts.ts";

const NEVER = new AbortController().signal;
const LIVES = { until: NOON, days: 240, seed: 7 };

let store: Store;
let control: Control;
let folder: string;
const clock = { now: NOON };
const parts = () => ({ store, control, now: () => clock.now });
const apply = (events: readonly BotEvent[]) => store.apply(groupOf(store, events));

beforeAll(async () => {
  store = await openTestStore();
  folder = mkdtempSync(join(tmpdir(), "bellwether-scores-"));
  control = openControl(join(folder, "control.sqlite"), { now: () => clock.now });
  for (const location_id of ["leads", "buyers", "few", "fresh", "odd", "turned"]) control.ensureLocation(location_id);
  await apply(leadLives({ ...LIVES, location_id: "leads", count: 700 }));
  await apply(buyerLives({ ...LIVES, location_id: "buyers", count: 160 }));
  await apply(leadLives({ ...LIVES, location_id: "few", count: 30 }));
}, 60_000);
afterAll(async () => {
  control.close();
  await cleanUp();
  rmSync(folder, { recursive: true, force: true });
});

describe("training", () => {
  test("learns who converts, and is held to contacts it had not seen", async () => {
    let turns = 0;
    let done = false;
    const others = async (): Promise<void> => {
      for (; !done; turns++) await Bun.sleep(0);
    };
    const running = others();
    expect(await trainModel(parts(), "leads", "conversion", NEVER)).toBe("kept");
    done = true;
    await running;
    // The event loop was others' again and again: nobody waited for all of it.
    expect(turns).toBeGreaterThan(50);
    const figure = modelFigure(control, "leads", "conversion");
    expect(figure).toMatchObject({
      version: 1,
      horizon_days: 30,
      outcome: "lead_converted within 30 days",
      reason: null,
      quality: { cross_validation: { folds: 5 } },
    });
    const { later, cross_validation } = figure.quality ?? {};
    expect(cross_validation?.auc).toBeGreaterThan(0.7);
    expect(later?.auc).toBeGreaterThan(0.7);
    expect(later?.brier).toBeLessThan(later?.base_brier ?? 0);
    const known = modelInForce(control, "leads", "conversion");
    expect(known?.definition).toMatchObject({
      entry: ["lead_created", "jorge_qualification_progress"],
      target: ["lead_converted"],
      extras: [{ key: "plan", kind: "category" }],
    });
    expect(known?.definition.plausible.temperature).toEqual({ kind: "category", values: ["cold", "hot"] });
  }, 120_000);

  test("learns who is lost, by the location's own rhythm", async () => {
    expect(await trainModel(parts(), "buyers", "churn", NEVER)).toBe("kept");
    const figure = modelFigure(control, "buyers", "churn");
    expect(figure.horizon_days).toBe(30);
    expect(figure.quality?.cross_validation.auc).toBeGreaterThan(0.6);
  }, 120_000);

  test("gives a reason with numbers where there are too few outcomes", async () => {
    expect(await trainModel(parts(), "few", "conversion", NEVER)).toBe("refused");
    const { version, method, reason } = modelFigure(control, "few", "conversion");
    expect([version, method]).toEqual([null, "none"]);
    expect(reason).toMatch(/^\d+ of \d+ examples \(lead_converted within 30 days\): .*\d+/);
    expect(await trainModel(parts(), "fresh", "churn", NEVER)).toBe("refused");
    expect(modelFigure(control, "fresh", "churn").reason).toBe("No event names a contact yet.");
    expect(await trainModel(parts(), "buyers", "conversion", NEVER)).toBe("refused");
    expect(modelFigure(control, "buyers", "conversion").reason).toBe(
      "Whoever has order_placed is first heard of by it: there is nothing before it to learn from.",
    );
  });

  test("keeps versions, and they outlive a restart", async () => {
    const first = modelInForce(control, "buyers", "churn");
    for (let again = 0; again < 6; again++) await trainModel(parts(), "buyers", "churn", NEVER);
    control.close();
    control = openControl(join(folder, "control.sqlite"), { now: () => clock.now });
    const kept = control.scoreModels().filter(({ location_id }) => location_id === "buyers");
    expect(kept.map(({ version, in_force }) => [version, in_force])).toEqual([
      [7, true],
      [6, false],
      [5, false],
      [4, false],
      [3, false],
    ]);
    // The same events make the same model.
    expect(modelInForce(control, "buyers", "churn")?.model).toEqual(first?.model);
  }, 120_000);

  test("does not put in force what foretells clearly worse", async () => {
    // It was the cold ones that converted until 90 days ago; the model in force knows better.
    const late = NOON - 90 * DAY_US;
    await apply(
      leadLives({ ...LIVES, location_id: "turned", until: late, days: 150, count: 900, name: "early", turned: true }),
    );
    await apply(leadLives({ ...LIVES, location_id: "turned", days: 90, count: 500, name: "late" }));
    const known = modelInForce(control, "leads", "conversion");
    if (!known) throw new Error("it was trained");
    // Of long ago: what came since it had not seen.
    const definition = JSON.stringify({ ...known.definition, known_to: 0 });
    control.addScoreModel({ ...known.kept, location_id: "turned", in_force: true, definition });
    expect(await trainModel(parts(), "turned", "conversion", NEVER)).toBe("worse");
    const [trial] = control.scoreTrials().filter(({ location_id }) => location_id === "turned");
    expect(trial?.reason).toMatch(/its AUC is 0\.\d+, that of version 1 0\.\d+: version 1 stays/);
    const versions = control.scoreModels().filter(({ location_id }) => location_id === "turned");
    expect(versions.map(({ version, in_force, note }) => [version, in_force, note])).toEqual([
      [2, false, trial?.reason ?? ""],
      [1, true, null],
    ]);
  }, 120_000);

  test("of a location goes with the location", () => {
    control.removeLocation("buyers");
    expect(control.scoreModels().some(({ location_id }) => location_id === "buyers")).toBe(false);
    expect(control.scoreTrials().some(({ location_id }) => location_id === "buyers")).toBe(false);
  });
});

test("what is learnable says what a lead and a conversion are where nobody says so", async () => {
  const asks = (location_id: string) =>
    learnable({ store, currencyOf: () => "USD", now: NOON }, { location_id, purpose: "conversion", signal: NEVER });
  const call = (contact_id: string, ago: number, type: string) =>
    eventOf({ type, location_id: "odd", contact_id, time: NOON - ago * DAY_US, data: { channel: "phone", desk: "a" } });
  await apply(
    Array.from({ length: 60 }, (_, n) => [
      call(`c-${n}`, 60 - n, "call_completed"),
      call(`c-${n}`, 58 - n, "booking_completed"),
    ]).flat(),
  );
  const found = await asks("odd");
  expect(found.learnable?.definition).toMatchObject({
    entry: ["call_completed"],
    target: ["booking_completed"],
    lost: ["lead_lost", "booking_cancelled", "booking_no_show"],
    horizon_days: 7,
  });
});

describe("by itself", () => {
  test("a location is trained once it has events, and again only when there is something new", async () => {
    const tasks = createTasks({ now: () => clock.now, log: () => undefined });
    const ran = () =>
      tasks
        .jobs()
        .filter(({ kind }) => kind === TRAINING)
        .map(({ location_id }) => location_id);
    const settled = async (): Promise<void> => {
      while (tasks.jobs().some(({ finished_at }) => finished_at === null)) await Bun.sleep(5);
    };
    for (const { location_id } of control.locations().filter(({ location_id }) => location_id !== "few"))
      control.removeLocation(location_id);
    await trainDue({ ...parts(), tasks });
    await settled();
    expect(ran()).toEqual(["few"]);
    expect(tasks.jobs()[0]).toMatchObject({ status: "done", result: { kept: 0, worse: 0, refused: 2, failed: 0 } });
    clock.now += 7 * 3_600_000_000;
    await trainDue({ ...parts(), tasks });
    expect(ran()).toHaveLength(1);
    await apply([eventOf({ type: "lead_created", location_id: "few", contact_id: "new", time: clock.now - 1 })]);
    await trainDue({ ...parts(), tasks });
    await settled();
    expect(ran()).toHaveLength(2);
  }, 60_000);

  test("a training that fails is noted, and the others have their turn", async () => {
    const broken = { ...parts(), store: { ...store, rows: () => Promise.reject(new Error("no room")) } };
    const work = trainingOf(broken, ["few"], { kind: "system", id: "test" }, "few");
    expect(await work.run(() => undefined, NEVER)).toEqual({ kept: 0, worse: 0, refused: 0, failed: 2 });
    expect(modelFigure(control, "few", "churn").reason).toBe("The training failed: no room");
  });
});
