/** Run by a test as a process of its own: applies groups until it is killed, and says what a checkpoint has saved. */
import { openStore } from "../../src/store/open.ts";
import { eventOf, groupOf, NOON, storeOptions } from "./fixture.ts";

const [folder, mode] = process.argv.slice(2);
if (folder === undefined) throw new Error("which folder?");
const store = await openStore(storeOptions(folder));
process.stdout.write(`opened ${store.state.seq}\n`);
if (mode === "hold") await Bun.sleep(60_000);
for (let round = 1; ; round++) {
  const events = Array.from({ length: 50 + (round % 5) * 400 }, (_, index) =>
    eventOf({
      id: `${store.state.seq}-${index}`,
      time: NOON + ((round * 7919 + index) % 900) * 400_000_000,
      contact_id: `c${index % 9}`,
      duration_ms: index,
    }),
  );
  await store.apply(groupOf(store, events));
  if (round % 3 === 0) {
    await store.maintain(true);
    process.stdout.write(`saved ${store.state.seq}\n`);
  }
}
