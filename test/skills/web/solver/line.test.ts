import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { closeIn, goOn, roundNear } from "../../../../skills/web/solver/line.ts";

describe("a number that helped", () => {
  const away = (goal: number) => {
    const looked: number[] = [];
    const look = async (value: number) => {
      looked.push(value);
      return (value - goal) ** 2;
    };
    return { look, looked };
  };

  test("goes on the way that helped until it stands where the difference is least", async () => {
    const { look } = away(100);
    const found = await goOn(119, { value: 112.6, loss: 12.6 ** 2 }, look);
    expect(Math.abs(found.value - 100)).toBeLessThan(1.5);
  });

  test("costs few pictures where the guess was right", async () => {
    const { look, looked } = away(100);
    const guess = { value: 100, loss: 0 };
    expect(await goOn(119, guess, look)).toBe(guess);
    expect(looked).toHaveLength(1);
  });

  test("stays what it is when the time is up", async () => {
    const guess = { value: 112, loss: 5 };
    expect(await goOn(119, guess, async () => null)).toEqual(guess);
    expect(await closeIn(guess, async () => null)).toEqual(guess);
  });

  test("is never worse afterwards, whatever the pictures say", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.double({ min: 1, max: 500, noNaN: true }),
        fc.infiniteStream(fc.nat(1000)),
        async (from, losses) => {
          const found = await goOn(from, { value: from * 1.1, loss: 500 }, async () => losses.next().value as number);
          expect(found.loss).toBeLessThanOrEqual(500);
        },
      ),
      { numRuns: 50 },
    );
  });
});

test("round values near a number come roundest first and are never nought", () => {
  expect(roundNear(16.486)).toEqual([16, 15, 17, 16.5]);
  expect(roundNear(1.497)).toEqual([1.5]);
  expect(roundNear(0.04)).not.toContain(0);
});
