import { describe, expect, test } from "vitest";
import { playMemory, type Scripted, stopOptions } from "../../harness/memory.ts";

const losses = (...list: number[]): Scripted[] => list.map((loss) => ({ loss }));
const patience = (rounds: number, min_gain: "auto" | number = "auto") => ({
  stop: { ...stopOptions, plateau: { patience: rounds, min_gain } },
});

describe("a plateau", () => {
  test("counts rounds since the last gain of 1 % of the loss, and says so", () => {
    const { context } = playMemory(losses(0.1, 0.08, 0.0799, 0.0798, 0.0797), patience(3));
    expect(context).toMatchObject({
      reason: "plateau",
      why: "3 rounds without a gain of 0.000797 (1 % of the loss), best round 4, loss 0.0797",
    });
  });

  test("lets small gains add up to one", () => {
    expect(playMemory(losses(0.1, 0.0995, 0.0988, 0.0983, 0.0977), patience(2)).context.reason).toBeNull();
  });

  test("is put off by a similarity that rises by two points, though the loss does not fall", () => {
    const judged = (...list: number[]) => list.map((similarity, t) => ({ loss: t === 2 ? 0.0278 : 0.031, similarity }));
    const rising = playMemory(judged(50, 55, 60, 61, 62, 62, 64, 65), patience(3));
    expect(rising.context.reason).toBeNull();
    const standing = playMemory(judged(50, 55, 60, 61, 61, 61), patience(3));
    expect(standing.context).toMatchObject({ reason: "plateau", why: expect.stringMatching(/similarity 60 to 61$/) });
  });

  test("does not take for a gain what noise alone may show, however small the gain asked for", () => {
    const noisy = [0.02, 0.0199, 0.0198, 0.0197].map((loss) => ({ loss, noise: 0.001 }));
    expect(playMemory(noisy, patience(3, 0)).context).toMatchObject({
      reason: "plateau",
      why: "3 rounds without a gain beyond the noise 0.00141, best the start, loss 0.02",
    });
  });

  test("of a judged loss is measured against the judge's own noise", () => {
    const text = (...similarities: number[]) =>
      similarities.map((similarity) => ({ loss: 0, similarity, judged: true }));
    expect(playMemory(text(40, 43, 46, 49), patience(3)).context.best).toBe(3);
    expect(playMemory(text(40, 43, 44, 42), { ...patience(3) }, 0.03).context).toMatchObject({
      reason: "plateau",
      best: 0,
    });
  });
});

describe("every other end says what it rests on", () => {
  test.each<[string, Scripted[], Parameters<typeof playMemory>[1], string]>([
    [
      "max_rounds",
      losses(0.4, 0.3, 0.2),
      { stop: { ...stopOptions, max_rounds: 2 } },
      "2 rounds, as many as stop.max_rounds allows",
    ],
    [
      "failures",
      [{ loss: 0.4 }, null, null],
      { stop: { ...stopOptions, max_failures: 2 } },
      "2 programs in a row failed; the last: broken",
    ],
    [
      "oscillation",
      [
        { loss: 0.4, code: 1 },
        { loss: 0.3, code: 2 },
        { loss: 0.4, code: 1 },
        { loss: 0.3, code: 2 },
      ],
      {},
      "round 2 has the program of round 0 again, round 3 has the program of round 1 again",
    ],
    [
      "oscillation",
      losses(0.4, 0.3, 0.35, 0.3, 0.35, 0.3, 0.35),
      patience(100),
      "rounds 1 to 6 go back and forth between a loss of 0.35 and 0.3",
    ],
  ])("%s", (reason, script, options, why) => {
    expect(playMemory(script, options).context).toMatchObject({ reason, why });
  });
});

describe("the program to go on from", () => {
  const from = (script: Scripted[]) =>
    playMemory(script, patience(50))
      .told("context")
      .map((said) => said.from);

  test("is the best again after two rounds worse than it, though each was better than the one before", () => {
    expect(from(losses(0.041, 0.0278, 0.031, 0.0307, 0.0305))).toEqual([0, 1, 2, 1, 1]);
  });

  test("is the last one as long as noise hides that it is worse", () => {
    const noisy = (loss: number): Scripted => ({ loss, noise: 0.001 });
    expect(from([0.04, 0.0278, 0.029, 0.0291, 0.0292].map(noisy))).toEqual([0, 1, 2, 3, 4]);
  });
});
