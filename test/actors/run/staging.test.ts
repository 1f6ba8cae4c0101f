import { afterEach, expect, test } from "vitest";
import type { Stage } from "../../../machines/domain/index.ts";
import { listGenerator, silentFeedback } from "../../harness/players.ts";
import { type TestRing, testRing } from "../../harness/ring.ts";
import { stubEngine } from "../../harness/stub-engine.ts";

let ring: TestRing;
afterEach(() => ring.close());

test("a staged run tells generator and verifier its stage, and stands on the tape by round", async () => {
  ring = await testRing((spec) => ({ ...spec, memory: { ...spec.memory, stages: ["geometry", "light"] } }));
  const written: (Stage | undefined)[] = [];
  const judged: (Stage | undefined)[] = [];
  const list = listGenerator(["150", "160", "170", "120"]);
  const generator: typeof list = {
    name: "staged",
    write: (context, io) => {
      written.push(context.stage);
      return list.write(context, io);
    },
  };
  const verifier = {
    name: "staged",
    judge: async ({ stage }: { stage?: Stage }) => {
      judged.push(stage);
      return silentFeedback;
    },
  };
  ring.start({ players: { generator, verifier }, slots: { cpu: stubEngine() } });
  await ring.begin();
  expect(await ring.finished()).toMatchObject({ status: "done", bestT: 4 });
  const told = ["geometry", "geometry", "geometry", "light"];
  expect(judged).toEqual([undefined, ...told]);
  expect(written).toEqual([...told, "light"]);
  const contexts = ring.events.filter(({ type }) => type === "context").map(({ data }) => data);
  expect(contexts.map(({ stage }) => stage)).toEqual(written);
  expect(contexts[3]).toMatchObject({ from: 1, note: expect.stringContaining("A new stage begins: light.") });
}, 20_000);
