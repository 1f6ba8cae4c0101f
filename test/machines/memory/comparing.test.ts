import { describe, expect, test } from "vitest";
import { asked, memoryActor, playMemory, type Scripted, stopOptions } from "../../harness/memory.ts";

/** Previews at 8 samples and the same at 32: the grain of round 5 hides that it is better than round 2 by 2 %. */
const photograph: Scripted[] = [
  null,
  { loss: 0.041, careful: 0.0405, noise: 0.00006, floor: 0.001, similarity: 58 },
  { loss: 0.0278, careful: 0.0275, noise: 0.00006, floor: 0.001, similarity: 60 },
  { loss: 0.031, careful: 0.0306, noise: 0.00006, floor: 0.001, similarity: 60 },
  { loss: 0.0307, careful: 0.0302, noise: 0.00006, floor: 0.001, similarity: 61 },
  { loss: 0.0284, careful: 0.0269, noise: 0.00006, floor: 0.001, similarity: 61 },
  { loss: 0.033, careful: 0.0326, noise: 0.00006, floor: 0.001, similarity: 61 },
  { loss: 0.033, careful: 0.0326, noise: 0.00006, floor: 0.001, similarity: 61 },
  { loss: 0.033, careful: 0.0326, noise: 0.00006, floor: 0.001, similarity: 61 },
];
const patient = { stop: { ...stopOptions, plateau: { patience: 3, min_gain: "auto" as const } } };

describe("two rounds that differ by less than their noise", () => {
  test("are drawn with more samples: a better round that looks worse at 8 samples is the best, with no plateau before", () => {
    const { context, drawn, told, value } = playMemory(photograph, patient);
    expect(drawn).toEqual([2, 5]);
    expect(told("compared")).toMatchObject([{ t: 5, with: 2, by: "careful", equal: false, best_t: 5, samples: 32 }]);
    expect(told("round").map(({ best_t }) => best_t)).toEqual([null, 1, 2, 2, 2, 5, 5, 5, 5]);
    expect({ value, best: context.best }).toEqual({ value: "stopped", best: 5 });
    expect(context).toMatchObject({
      reason: "plateau",
      why: "3 rounds without a gain beyond the noise 0.00217, best round 5, loss 0.0284 (0.0269 with more samples); similarity 61",
    });
  });

  test("are never drawn twice, and round 6 is compared with what is known of round 5", () => {
    const again = photograph.with(6, { loss: 0.0285, careful: 0.0272, noise: 0.00006, floor: 0.001 });
    expect(playMemory(again, patient).drawn).toEqual([2, 5, 6]);
  });

  test("are equal when more samples do not tell them apart: the earlier stays, or the one that is more alike", () => {
    const pair = (similarity: number): Scripted[] => [
      { loss: 0.02, careful: 0.02, noise: 0.001, similarity: 60 },
      { loss: 0.0199, careful: 0.0199, noise: 0.001, similarity },
    ];
    expect(playMemory(pair(61)).context.best).toBe(0);
    expect(playMemory(pair(62)).context.best).toBe(1);
    expect(playMemory(pair(61)).told("compared")).toMatchObject([{ equal: true, best_t: 0 }]);
  });

  test("that drawing again cannot tell: the previews' numbers stand, the tape says why, and it is not tried again", () => {
    const actor = memoryActor();
    actor.start();
    actor.round(0, { loss: 0.02, noise: 0.001 });
    const comparison = asked(actor.round(1, { loss: 0.0195, noise: 0.001 }));
    const error = { code: "engine_timeout" as const, message: "no answer", retry: "never" as const };
    const next = actor.take({ type: "effect.failed", key: comparison?.key ?? "", kind: "compare", error });
    expect(next.map((item) => (item.type === "record" ? item.name : item.type))).toEqual([
      "compared",
      "round",
      "context",
      "send",
    ]);
    expect(next[0]).toMatchObject({ data: { by: "preview", failed: "no answer", best_t: 0 } });
    expect(asked(actor.round(2, { loss: 0.0194, noise: 0.001 }))).toBeNull();
    expect(actor.context().best).toBe(0);
  });

  test("beyond their noise, drawn exactly, or of one program are decided at once", () => {
    expect(
      playMemory([
        { loss: 0.02, noise: 0.001 },
        { loss: 0.01, noise: 0.001 },
      ]).drawn,
    ).toEqual([]);
    expect(playMemory([{ loss: 0.02 }, { loss: 0.0199 }])).toMatchObject({ drawn: [], context: { best: 1 } });
    const same = [
      { loss: 0.02, noise: 0.001, code: 7 },
      { loss: 0.0199, noise: 0.001, code: 7 },
    ];
    expect(playMemory(same)).toMatchObject({ drawn: [], context: { best: 0 } });
  });

  test("at the end are left to the final pictures, three of them at most", () => {
    const rounds = [0.02, 0.0201, 0.0202, 0.0203, 0.05].map((loss) => ({ loss, noise: 0.001 }));
    const { effects } = playMemory(rounds, { stop: { ...stopOptions, max_rounds: 4 } });
    const said = effects.findLast((item) => item.type === "send" && item.to === "supervisor");
    expect(said).toMatchObject({ event: { best: { t: 0 }, contenders: [{ t: 1 }, { t: 2 }] } });
  });
});

describe("while two rounds are drawn again", () => {
  const comparing = () => {
    const actor = memoryActor();
    actor.start();
    actor.round(0, { loss: 0.02, noise: 0.001 });
    const comparison = asked(actor.round(1, { loss: 0.0195, noise: 0.001 }));
    const answer = () =>
      actor.take({
        type: "effect.done",
        key: comparison?.key ?? "",
        kind: "compare",
        output: {
          samples: 32,
          careful: [
            { t: 0, measures: { loss: 0.02, noise: 0.0001, metrics: {}, views: [] } },
            { t: 1, measures: { loss: 0.019, noise: 0.0001, metrics: {}, views: [] } },
          ],
        },
      });
    return { actor, answer };
  };

  test("a crash costs nothing: the key is the round's, and the answer to a later incarnation decides alike", () => {
    const { actor, answer } = comparing();
    expect(actor.value()).toBe("comparing");
    expect(actor.effects.findLast((item) => item.type === "perform")).toMatchObject({ key: "compare/1" });
    answer();
    expect(actor.context()).toMatchObject({ best: 1, t: 2, comparing: null });
    // Every step of this actor goes through JSON, as a restart would; the answer comes a second time and changes nothing.
    const before = JSON.stringify(actor.context());
    expect(answer()).toEqual([]);
    expect(JSON.stringify(actor.context())).toBe(before);
  });

  test("a pause is kept until it is taken back, and the round is decided all the same", () => {
    const { actor, answer } = comparing();
    actor.take({ type: "pause" });
    expect(answer().map((item) => item.type === "record" && item.name)).toEqual(["compared", "round"]);
    expect(actor.take({ type: "resume" }).some((item) => item.type === "send" && item.to === "generator")).toBe(true);
  });

  test("a stop does not wait for them", () => {
    const { actor } = comparing();
    const names = actor.take({ type: "stop" }).map((item) => (item.type === "record" ? item.name : item.type));
    expect(names).toEqual(["compared", "round", "stopped", "send", "send"]);
    expect(actor.context()).toMatchObject({ reason: "stopped", why: "somebody asked for it", best: 0 });
  });
});
