import { afterEach, expect, test, vi } from "vitest";
import type { Engine } from "../../../bridge/engines/contract.ts";
import type { RunSpec } from "../../../machines/domain/index.ts";
import { listGenerator, quietVerifier } from "../../harness/players.ts";
import { type TestRing, testRing } from "../../harness/ring.ts";
import { stubEngine } from "../../harness/stub-engine.ts";

let ring: TestRing;
afterEach(() => ring.close());

/** Previews of 4 samples, so that careful ones have 16; the target is of level 100. */
const noisy = (spec: RunSpec): RunSpec => ({
  ...spec,
  render: { preview: { px: 8, samples: 4 }, final: { px: 8, samples: 256 } },
});
const of = (type: string) => ring.events.filter((event) => event.type === type).map(({ data }) => data);

test("the run's noise is measured once, on the first state that shows any, drawn with another seed", async () => {
  ring = await testRing(noisy);
  const engine = stubEngine();
  const generator = listGenerator(["180 +- 20", "140 +- 20"]);
  ring.start({ players: { generator, verifier: quietVerifier }, slots: { cpu: engine } });
  await ring.begin();
  await ring.finished();
  // The start is exact: round 1 tells.
  expect(engine.programs).toEqual(["200", "200", "180 +- 20", "180 +- 20", "140 +- 20", "140 +- 20", "200"]);
  const [start, first, second] = of("measured").map(
    (data) => (data.measures as { noise: number; floor: number }[])[0]!,
  );
  expect(start).toMatchObject({ noise: 0, floor: 0 });
  expect(first!.noise).toBeGreaterThan(0);
  expect(second!.noise).toBeLessThan(first!.noise);
  expect(second!.floor).toBeCloseTo((20 / 2 / 255) ** 2, 3);
});

test("rounds that noise leaves equal are told apart at final quality: what is told and saved is the better one", async () => {
  ring = await testRing((spec) => noisy({ ...spec, task: { ...spec.task, start: null } }));
  const engine = stubEngine();
  const generator = listGenerator(["150 +- 40", "149.6 +- 40", "190 +- 40"]);
  ring.start({ players: { generator, verifier: quietVerifier }, slots: { cpu: engine } });
  await ring.begin();
  const result = await ring.finished();
  expect(of("measured").at(0)).toMatchObject({ measures: [{ noise: expect.any(Number), floor: expect.any(Number) }] });
  const [compared] = of("compared");
  expect(compared).toMatchObject({ t: 2, with: 1, samples: 16, by: "careful", equal: true, best_t: 1 });
  expect(of("stopped")).toMatchObject([{ best_t: 1, contenders: [2], why: "the list is over" }]);
  const [final] = of("final") as { best: { t: number; saved: string }; contenders: { t: number; loss: number }[] }[];
  const lowest = final!.contenders.reduce((known, one) => (one.loss < known.loss ? one : known));
  expect(final!.contenders.map(({ t }) => t)).toEqual([1, 2]);
  expect(final!.best).toMatchObject({ t: lowest.t, saved: expect.stringMatching(/^sha256:/) });
  expect(result).toMatchObject({ status: "done", bestT: lowest.t });
  // Noise once, two rounds carefully, two finally: none of them more often.
  const count = (program: string) => engine.programs.filter((one) => one === program).length;
  expect(["150 +- 40", "149.6 +- 40", "190 +- 40"].map(count)).toEqual([4, 3, 1]);
}, 20_000);

test("memory that dies while two rounds are drawn again goes on where it was", async () => {
  ring = await testRing((spec) => noisy({ ...spec, task: { ...spec.task, start: null } }));
  const players = { generator: listGenerator(["150 +- 40", "149.6 +- 40", "120 +- 40"]), verifier: quietVerifier };
  ring.start({ players, slots: { cpu: stubEngine({ delay: 60 }) }, roles: ["generator", "verifier", "supervisor"] });
  const first = ring.start({ players, roles: ["memory"] });
  await ring.begin();
  const finished = ring.finished();
  await vi.waitFor(() => expect(of("comparing")).toHaveLength(1), 10_000);
  first.abort();
  ring.start({ players, roles: ["memory"] });
  expect(await finished).toMatchObject({ status: "done", reason: "end_process", bestT: 3 });
  expect(of("compared")).toMatchObject([{ t: 2, by: "careful", failed: null }]);
  expect(of("round").map(({ round }) => (round as { t: number }).t)).toEqual([1, 2, 3]);
}, 30_000);

/** The stub, with a program error for the requests that are to fail. */
function failing(fails: (request: Parameters<Engine["run"]>[0]) => boolean): Engine {
  const engine = stubEngine();
  return {
    ...engine,
    run: (request) => engine.run(fails(request) ? { ...request, program: "raise" } : request),
  };
}

test("what cannot be drawn again costs no run: the previews stand, the tape says so, and the end has one round less", async () => {
  ring = await testRing((spec) => noisy({ ...spec, task: { ...spec.task, start: null } }));
  const players = { generator: listGenerator(["150 +- 40", "149.6 +- 40"]), verifier: quietVerifier };
  const [careful, final] = [16, 256];
  const broken = failing(
    ({ quality, program }) => [careful, final].includes(Number(quality.samples)) && program.startsWith("149.6"),
  );
  ring.start({ players, slots: { cpu: broken } });
  await ring.begin();
  expect(await ring.finished()).toMatchObject({ status: "done", bestT: 1 });
  const failed = "round 2 could not be drawn again: raised";
  expect(of("compared")).toMatchObject([{ by: "preview", failed, best_t: 1 }]);
  expect(of("final")).toMatchObject([{ best: { t: 1 }, contenders: [{ t: 1 }] }]);
  expect(of("failed")).toMatchObject([{ t: 2, error: { message: "the final render of round 2 failed: raised" } }]);
}, 20_000);

test("noise that cannot be measured is told, asked for again with the next round, and taken for none until then", async () => {
  ring = await testRing(noisy);
  const players = { generator: listGenerator(["180 +- 20"]), verifier: quietVerifier };
  const broken = failing(({ renderSeed, program }) => renderSeed !== undefined && program === "200");
  ring.start({ players, slots: { cpu: broken } });
  await ring.begin();
  expect(await ring.finished()).toMatchObject({ status: "done", bestT: 1 });
  expect(of("failed")).toMatchObject([
    { t: 0, error: { message: expect.stringMatching(/^the renderer's noise could not/) } },
  ]);
  const noises = of("measured").map((data) => (data.measures as { noise: number }[])[0]!.noise);
  expect(noises[0]).toBe(0);
  expect(noises[1]).toBeGreaterThan(0);
}, 20_000);

test("candidates that noise leaves equal are drawn again with more samples before one is chosen", async () => {
  ring = await testRing((spec) =>
    noisy({ ...spec, task: { ...spec.task, start: null }, memory: { ...spec.memory, candidates: 3 } }),
  );
  const engine = stubEngine();
  const generator = listGenerator(["150 +- 40|149.6 +- 40|230 +- 40"]);
  ring.start({ players: { generator, verifier: quietVerifier }, slots: { cpu: engine } });
  await ring.begin();
  expect(await ring.finished()).toMatchObject({ status: "done", bestT: 1 });
  const [again] = of("candidates.drawn_again") as {
    chosen: number;
    samples: number;
    losses: { candidate: number; loss: number }[];
  }[];
  expect(again).toMatchObject({ samples: 16, losses: [{ loss: expect.any(Number) }, { loss: expect.any(Number) }] });
  expect(again!.losses.map(({ candidate }) => candidate).sort()).toEqual([0, 1]);
  const lowest = again!.losses.reduce((known, one) => (one.loss < known.loss ? one : known));
  expect(again!.chosen).toBe(lowest.candidate);
  expect(of("round")).toMatchObject([{ round: { state: { candidate: lowest.candidate } } }]);
}, 20_000);
