import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { pause } from "../../../bridge/bus/timers.ts";

const outcome = (waiting: Promise<void>) =>
  Promise.race([
    waiting.then(() => "over"),
    new Promise((resolve) => setImmediate(() => setImmediate(resolve, "waiting"))),
  ]);

test("a pause ends by itself", async () => {
  await pause(5);
  await pause(5, new AbortController().signal);
});

test("an abort ends a pause, and it does not reject", async () => {
  const stop = new AbortController();
  const long = pause(3_600_000, stop.signal);
  expect(await outcome(long)).toBe("waiting");
  stop.abort();
  await long;
});

test("a pause on a signal that has aborted is over at once", async () => {
  await pause(3_600_000, AbortSignal.abort());
});

test("nothing of a pause that is over stays at its signal", async () => {
  const { signal } = new AbortController();
  for (let n = 0; n < 20; n++) await pause(0, signal);
  expect(getEventListeners(signal, "abort")).toEqual([]);
});
