import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { createPixels } from "../../actors/players/pixels/pixels.ts";
import { createOutput } from "../../observers/output.ts";
import { createProgress } from "../../observers/progress.ts";
import { addEvent } from "../../observers/project.ts";
import { createReport } from "../../observers/report/report.ts";
import { newRunView } from "../../observers/run-view.ts";
import { createTape, readTape } from "../../observers/tape.ts";
import { listGenerator } from "../harness/players.ts";
import { type TestRing, testRing } from "../harness/ring.ts";
import { stubEngine } from "../harness/stub-engine.ts";

let ring: TestRing;
let out: string;
afterEach(async () => {
  await ring.close();
  await rm(out, { recursive: true, force: true });
});

test("the events of a real ring, judged by pixels, are read without loss and fill the output folder", async () => {
  ring = await testRing();
  out = await mkdtemp(join(tmpdir(), "viga-real-"));
  ring.start({
    players: { generator: listGenerator(["150", "raise", "110"]), verifier: createPixels() },
    slots: { cpu: stubEngine() },
  });
  await ring.begin();
  expect(await ring.finished()).toMatchObject({ status: "done", bestT: 3 });

  const runView = newRunView();
  for (const event of ring.events) addEvent(runView, event);
  expect(runView.incidents).toEqual([]);

  const read = (ref: string) => ring.store.get(ref);
  const lines: string[] = [];
  const observers = [
    await createTape({ out }),
    createOutput({ out, read }),
    createReport({ out, read }),
    createProgress({ stream: { write: (text: string) => lines.push(text) }, env: {} }),
  ];
  for (const event of ring.events) for (const observer of observers) await observer.on(event);
  for (const observer of observers) await observer.close();

  expect(await readTape(out)).toEqual(ring.events);
  expect((await readdir(join(out, "renders"))).sort()).toEqual(["0", "1", "2", "3"]);
  expect(await readdir(join(out, "renders", "3"))).toEqual(expect.arrayContaining(["diff.png", "render1.png"]));
  const scores = JSON.parse(await readFile(join(out, "scores.json"), "utf8"));
  expect(scores.best).toMatchObject({ t: 3, quality: "final", pl: expect.closeTo((10 / 255) ** 2, 9) });
  expect(scores.rounds.map((one: { ok: boolean }) => one.ok)).toEqual([true, true, false, true]);
  expect(await readFile(join(out, "verifier_thoughts", "1.md"), "utf8")).toContain("50 % too bright");
  expect(await readFile(join(out, "report.html"), "utf8")).toContain("Best: round 3");
  expect(lines.join("")).toMatch(/round 2 {3}failed {2}raised/);
});
