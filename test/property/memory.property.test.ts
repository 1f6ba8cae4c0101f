import fc from "fast-check";
import { expect, test } from "vitest";
import { stages } from "../../machines/domain/index.ts";
import { lossOf } from "../../machines/memory/comparing.ts";
import { roundOf } from "../../machines/memory/progress.ts";
import { playMemory, type Scripted, stopOptions } from "../harness/memory.ts";

const part = (max: number) => fc.double({ min: 0, max, noNaN: true });
/** A round as previews and more samples may show it, however ill the two agree; some fail, some come back. */
const round = fc.option(
  fc.record<Exclude<Scripted, null>>({
    loss: part(1),
    careful: fc.option(part(1), { freq: 5, nil: null }),
    noise: fc.oneof(fc.constant(0), part(0.3)),
    floor: fc.oneof(fc.constant(0), part(0.3)),
    similarity: part(100),
    code: fc.nat(30),
  }),
  { freq: 6 },
);
const script = fc.array(round, { minLength: 1, maxLength: 14 });
const endless = { stop: { ...stopOptions, plateau: { patience: 1_000_000, min_gain: 0 }, max_failures: 100 } };

test("the best is never replaced by a round that is worse beyond noise, and its loss never rises like for like", () => {
  fc.assert(
    fc.property(script, (list) => {
      const { told, context } = playMemory(list, endless);
      let best: number | null = null;
      for (const { round: added, best_t } of told("round") as { round: { t: number }; best_t: number | null }[]) {
        const [before, now] = [roundOf(context.rounds, best), roundOf(context.rounds, best_t)];
        if (best_t !== best && before !== null && now !== null) {
          expect(best_t).toBe(added.t);
          // Careful numbers may have come later: those that decided stand on the tape, and are like for like.
          const said = told("compared").find(({ t }) => t === added.t);
          const careful = said?.by === "careful" ? (said.careful as { t: number; careful: { loss: number } }[]) : [];
          const of = (t: number) => careful.find((one) => one.t === t)?.careful.loss;
          const [known, lower] = [of(before.t) ?? lossOf(before), of(now.t) ?? lossOf(now)];
          expect(lower).toBeLessThan(known ?? 0);
        }
        best = best_t;
      }
    }),
    { numRuns: 150 },
  );
});

test("without noise the best is the first round with the lowest loss", () => {
  fc.assert(
    fc.property(fc.array(fc.option(part(1), { freq: 4 }), { minLength: 1, maxLength: 12 }), (losses) => {
      const { context } = playMemory(
        losses.map((loss) => (loss === null ? null : { loss })),
        endless,
      );
      const known = losses.slice(0, context.rounds.length).filter((loss) => loss !== null);
      expect(context.best).toBe(known.length === 0 ? null : losses.indexOf(Math.min(...known)));
    }),
    { numRuns: 150 },
  );
});

test("no round is drawn with more samples twice", () => {
  fc.assert(
    fc.property(script, (list) => {
      const { drawn } = playMemory(list, endless);
      expect(new Set(drawn).size).toBe(drawn.length);
    }),
    { numRuns: 100 },
  );
});

test("every run ends, at its most rounds at the latest, whatever comes back, staged or not", () => {
  fc.assert(
    fc.property(
      fc.array(round, { minLength: 9, maxLength: 9 }),
      fc.boolean(),
      fc.integer({ min: 1, max: 8 }),
      (list, staged, max_rounds) => {
        const options = { stop: { ...endless.stop, max_rounds }, ...(staged ? { stages: [...stages] } : {}) };
        const { value, context } = playMemory(list, options);
        expect(value).toBe("stopped");
        expect(context.why).not.toBe("");
        expect(context.rounds.length).toBeLessThanOrEqual(max_rounds + 1);
      },
    ),
    { numRuns: 100 },
  );
});
