import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { JobOrder, JobWork } from "../../../actors/run/jobs.ts";
import { KeptScenes } from "../../../actors/slot/kept-scenes.ts";
import { runOrder } from "../../../actors/slot/run-job.ts";
import { ArtifactStore } from "../../../bridge/artifacts/store.ts";
import type { Engine } from "../../../bridge/engines/contract.ts";
import { type TestRing, testRing } from "../../harness/ring.ts";
import { stubEngine } from "../../harness/stub-engine.ts";

type Asked = Parameters<Engine["run"]>[0];

let ring: TestRing;
let scratch: string;
beforeEach(async () => {
  ring = await testRing((spec) => ({
    ...spec,
    limits: { seconds: 7, memory_mb: 512 },
    seed: 41,
    task: { ...spec.task, assets: { root: "/task/assets", files: ["/task/assets/cup.obj"] } },
    render: { ...spec.render, preview: { px: 64, samples: 3, renderer: "EEVEE" } },
  }));
  scratch = await mkdtemp(join(tmpdir(), "viga-job-"));
});
afterEach(async () => {
  await ring.close();
  await rm(scratch, { recursive: true, force: true });
});

/** What the engine was asked to run for one order. */
async function askedFor(work: JobWork): Promise<Asked> {
  const asked: Asked[] = [];
  const stub = stubEngine();
  const engine: Engine = {
    ...stub,
    run(request) {
      asked.push(request);
      return stub.run(request);
    },
  };
  const order: JobOrder = { job: "j", run: ring.spec.run, role: "executor", epoch: 1, work };
  const store = new ArtifactStore(join(ring.dir, "artifacts"));
  const answer = await runOrder(engine, new KeptScenes(engine), order, ring.spec, store, scratch);
  expect(answer.reply).toMatchObject({ ok: true });
  return asked[0]!;
}

describe("a job on a slot", () => {
  it("has the run's limits, seed, assets, views and the whole of its quality", async () => {
    const code = await ring.store.put("120");
    const quality = ring.spec.render.preview;
    expect(await askedFor({ op: "run", t: 1, candidate: 0, code, quality, keep: true })).toMatchObject({
      limits: { seconds: 7, memoryMb: 512 },
      seed: 41,
      assets: ["/task/assets"],
      views: ring.spec.views,
      quality: { px: 64, samples: 3, renderer: "EEVEE" },
      keep: `${ring.spec.run}.1.0`,
    });
  });

  it("says that a program no longer loads a given scene", async () => {
    ring.spec.task.given = ["/run/assets/start_scene.glb"];
    const checksOf = async (text: string) => {
      const code = await ring.store.put(text);
      const work: JobWork = { op: "run", t: 1, candidate: 0, code, quality: ring.spec.render.preview, keep: true };
      const engine = stubEngine();
      const order: JobOrder = { job: "j", run: ring.spec.run, role: "executor", epoch: 1, work };
      const store = new ArtifactStore(join(ring.dir, "artifacts"));
      const { reply } = await runOrder(engine, new KeptScenes(engine), order, ring.spec, store, scratch);
      return (reply as { checks?: { check: string; text: string }[] }).checks ?? [];
    };
    expect(await checksOf("120")).toMatchObject([
      { check: "given_gone", text: expect.stringContaining("no longer loads /run/assets/start_scene.glb") },
    ]);
    expect(await checksOf("120 # /run/assets/start_scene.glb")).toEqual([]);
  });

  it("that makes the final pictures has eight times the time, and saves what the mode names", async () => {
    const code = await ring.store.put("120");
    const quality = ring.spec.render.final;
    const work: JobWork = { op: "run", t: 1, candidate: 0, code, quality, keep: false, save: ring.spec.output };
    const asked = await askedFor(work);
    expect(asked).toMatchObject({ limits: { seconds: 56, memoryMb: 512 }, save: "blender_file.blend" });
    expect(asked.keep).toBeUndefined();
  });
});
