import { beforeEach, describe, expect, test, vi } from "vitest";
import { type Death, Deaths, type RestartPolicy, restartOnDeath } from "../../../bridge/processes/restart.ts";

const quick: RestartPolicy = { first: 0, most: 0, window: Number.POSITIVE_INFINITY, limit: 3 };
const { signal } = new AbortController();

describe("counted deaths", () => {
  let now = 0;
  beforeEach(() => {
    now = 0;
  });
  const deathsOf = (policy: RestartPolicy) => new Deaths(policy, () => now);

  test("make each wait twice as long as the one before, up to the most", () => {
    const deaths = deathsOf({
      first: 50,
      most: 300,
      window: Number.POSITIVE_INFINITY,
      limit: Number.POSITIVE_INFINITY,
    });
    const waits = Array.from({ length: 2000 }, () => {
      deaths.add();
      return deaths.delay;
    });
    expect(waits.slice(0, 5)).toEqual([50, 100, 200, 300, 300]);
    expect(waits.at(-1)).toBe(300);
    expect(deaths.tooMany).toBe(false);
  });

  test("ask for no wait before the first, nor after they are forgotten", () => {
    const deaths = deathsOf({ ...quick, first: 50, most: 300 });
    expect(deaths.delay).toBe(0);
    deaths.add();
    deaths.forget();
    expect([deaths.count, deaths.delay]).toEqual([0, 0]);
  });

  test("are too many only within the window", () => {
    const deaths = deathsOf({ first: 1, most: 1, window: 1000, limit: 2 });
    for (now of [0, 600, 1200, 1800]) {
      deaths.add();
      expect(deaths.tooMany).toBe(false);
    }
    now = 1900;
    deaths.add();
    expect([deaths.count, deaths.tooMany]).toEqual([3, true]);
    now = 2500;
    expect([deaths.count, deaths.tooMany]).toEqual([2, false]);
  });
});

describe("a life that is restarted on death", () => {
  test("gives what the one that ends well gives, and each is told of the death before it", async () => {
    const told: (Death | null)[] = [];
    const heard: Death[] = [];
    const live = async (before: Death | null) => {
      told.push(before);
      if (told.length < 3) throw new Error(`death ${told.length}`);
      return "done";
    };
    expect(await restartOnDeath(live, { deaths: quick, signal, onDeath: (death) => void heard.push(death) })).toBe(
      "done",
    );
    expect(heard).toEqual([
      { error: new Error("death 1"), count: 1, last: false },
      { error: new Error("death 2"), count: 2, last: false },
    ]);
    expect(told).toEqual([null, ...heard]);
  });

  test("is given up after one death more than the limit, with what it died of", async () => {
    let lives = 0;
    const heard: boolean[] = [];
    const living = restartOnDeath(() => Promise.reject(new Error(`death ${++lives}`)), {
      deaths: quick,
      signal,
      onDeath: ({ last }) => void heard.push(last),
    });
    await expect(living).rejects.toThrow("death 4");
    expect(heard).toEqual([false, false, false, true]);
  });

  test("ends at once with what the one who hears of a death throws", async () => {
    const live = vi.fn(() => Promise.reject(new Error("death")));
    const onDeath = () => Promise.reject(new Error("no further"));
    await expect(restartOnDeath(live, { deaths: quick, signal, onDeath })).rejects.toThrow("no further");
    expect(live).toHaveBeenCalledTimes(1);
  });

  test("that is aborted while it lives tells of no death", async () => {
    const stop = new AbortController();
    const onDeath = vi.fn();
    const live = () =>
      new Promise<never>((_, reject) => {
        stop.signal.addEventListener("abort", () => reject(new Error("killed")));
      });
    const living = restartOnDeath(live, { deaths: quick, signal: stop.signal, onDeath });
    stop.abort();
    expect(await living).toBeUndefined();
    expect(onDeath).not.toHaveBeenCalled();
  });

  test("is not begun, nor begun again, after the abort", async () => {
    const live = vi.fn(() => Promise.reject(new Error("death")));
    expect(await restartOnDeath(live, { deaths: quick, signal: AbortSignal.abort() })).toBeUndefined();
    expect(live).not.toHaveBeenCalled();

    const stop = new AbortController();
    const hour: RestartPolicy = { ...quick, first: 3_600_000, most: 3_600_000 };
    const living = restartOnDeath(live, {
      deaths: hour,
      signal: stop.signal,
      onDeath: () => void setImmediate(() => stop.abort()),
    });
    expect(await living).toBeUndefined();
    expect(live).toHaveBeenCalledTimes(1);
  });

  test("remembers the deaths of the calls before, where the caller keeps them", async () => {
    const deaths = new Deaths(quick);
    for (let n = 0; n < 3; n++) deaths.add();
    const live = vi.fn(() => Promise.reject(new Error("death")));
    await expect(restartOnDeath(live, { deaths, signal })).rejects.toThrow("death");
    expect(live).toHaveBeenCalledTimes(1);
    deaths.forget();
    await expect(restartOnDeath(live, { deaths, signal })).rejects.toThrow("death");
    expect(live).toHaveBeenCalledTimes(5);
  });
});
