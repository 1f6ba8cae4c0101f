import { afterEach, expect, test } from "vitest";
import { listGenerator, quietVerifier } from "../harness/players.ts";
import { type TestRing, testRing } from "../harness/ring.ts";
import { stubEngine } from "../harness/stub-engine.ts";

let ring: TestRing;
afterEach(() => ring.close());

test("a run goes from its start program to the best of its rounds and says why it ended", async () => {
  ring = await testRing();
  const engine = stubEngine();
  ring.start({
    players: { generator: listGenerator(["150", "110", "130"]), verifier: quietVerifier },
    slots: { cpu: engine },
  });
  await ring.begin();
  const result = await ring.finished();
  expect(result).toMatchObject({ status: "done", reason: "end_process", bestT: 2 });
  expect(engine.programs).toEqual(["200", "150", "110", "130", "110", "200"]);
  const rounds = ring.events.filter((event) => event.type === "round").map((event) => event.data.loss);
  const pl = (grey: number) => ((grey - 100) / 255) ** 2;
  expect(rounds).toEqual([200, 150, 110, 130].map((grey) => expect.closeTo(pl(grey), 9)));
});
