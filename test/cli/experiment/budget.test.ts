import { expect, test, vi } from "vitest";
import { ExperimentBudget } from "../../../cli/launch/experiment/budget.ts";
import type { TapeEvent } from "../../../observers/observer.ts";

const call = (usd: number): TapeEvent => ({
  seq: 1,
  id: "i",
  time: new Date(0).toISOString(),
  run: "r",
  role: "generator",
  type: "model.call",
  data: { usd },
});

test("an experiment's money counts over all of its runs, as it is spent", () => {
  const budget = new ExperimentBudget({ usd: 1 });
  budget.ended("earlier", 0.5);
  budget.heard("a", call(0.3));
  budget.heard("b", call(0.1));
  budget.heard("b", { ...call(5), type: "model.retry" });
  expect([budget.signal.aborted, budget.why]).toEqual([false, null]);
  // What a run came to takes the place of what was heard of it.
  budget.ended("a", 0.3);
  expect(budget.signal.aborted).toBe(false);
  budget.heard("b", call(0.11));
  expect([budget.signal.aborted, budget.why]).toEqual([true, "its budget of $1 is used up ($1.01 spent)"]);
  budget.close();
});

test("its minutes are those of the call; without a budget it never ends", () => {
  vi.useFakeTimers();
  try {
    const budget = new ExperimentBudget({ minutes: 2 });
    const none = new ExperimentBudget({});
    none.ended("a", 1e9);
    vi.advanceTimersByTime(119_000);
    expect(budget.signal.aborted).toBe(false);
    vi.advanceTimersByTime(2000);
    expect([budget.why, none.why]).toEqual(["its budget of 2 minutes is used up", null]);
  } finally {
    vi.useRealTimers();
  }
});
