import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { JobOrder, JobWork } from "../../../actors/run/jobs.ts";
import { KeptScenes } from "../../../actors/slot/kept-scenes.ts";
import { RenderMemo } from "../../../actors/slot/render-memo.ts";
import { runOrder } from "../../../actors/slot/run-job.ts";
import { ArtifactStore } from "../../../bridge/artifacts/store.ts";
import { type TestRing, testRing } from "../../harness/ring.ts";
import { type StubEngine, stubEngine } from "../../harness/stub-engine.ts";

let ring: TestRing;
let scratch: string;
let engine: StubEngine;
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), "viga-memo-"));
  ring = await testRing((spec) => ({ ...spec, memo: join(scratch, "memo") }));
  engine = stubEngine();
});
afterEach(async () => {
  await ring.close();
  await rm(scratch, { recursive: true, force: true });
});

/** Runs a program for a run whose artifacts lie in a folder of its own. */
async function drawn(run: string, program: string, more: Partial<JobWork> = {}, spec = ring.spec) {
  const store = new ArtifactStore(join(scratch, run));
  const code = await store.put(program);
  const work = { op: "run", t: 1, candidate: 0, code, quality: spec.render.preview, keep: true, ...more } as JobWork;
  const order: JobOrder = { job: "j", run, role: "executor", epoch: 1, work };
  const answer = await runOrder(engine, new KeptScenes(engine), order, spec, store, join(scratch, "jobs"));
  const picture = answer.files["render1.png"];
  return { ...answer, picture: picture === undefined ? null : await store.get(picture) };
}

test("runs of an experiment draw the same program with the same seed once, each with the picture in its own store", async () => {
  const first = await drawn("a", "120");
  const second = await drawn("b", "120");
  expect(engine.programs).toEqual(["120"]);
  expect(second.reply).toEqual(first.reply);
  expect(second.files).toEqual(first.files);
  expect(second.picture).toEqual(first.picture);
});

test("another program, seed or quality is drawn, as is what failed, what is saved and what may load the run's own files", async () => {
  await drawn("a", "120");
  await drawn("b", "121");
  await drawn("b", "120", { renderSeed: 4 });
  await drawn("b", "120", {}, { ...ring.spec, seed: ring.spec.seed + 1 });
  await drawn("b", "120", { quality: { px: 16, samples: 1 } });
  for (const run of ["a", "b"]) await drawn(run, "raise");
  for (const run of ["a", "b"]) await drawn(run, "120", { save: "blender_file.blend" });
  const assets = { root: "/task/assets", files: ["/task/assets/cup.obj"] };
  await drawn("b", "120", {}, { ...ring.spec, task: { ...ring.spec.task, assets } });
  expect(engine.programs).toHaveLength(10);
});

test("a scene that was drawn for another run is made when a probe looks at it", async () => {
  await drawn("a", "120");
  const missing = {
    ok: false,
    log: "",
    seconds: 0,
    error: { kind: "engine", type: "NoScene", message: "gone" },
  } as const;
  const found = { ok: true, log: "", seconds: 0, result: "seen" };
  const answers = [missing, found];
  engine.probe = async () => answers.shift()!;
  const { reply } = await drawn("b", "120");
  expect([reply.ok, engine.programs.length]).toEqual([true, 1]);
  const store = new ArtifactStore(join(scratch, "b"));
  const code = await store.put("120");
  const work: JobWork = { op: "probe", scene: { t: 1, candidate: 0, code }, action: "scene_info", args: {} };
  const order: JobOrder = { job: "p", run: "b", role: "verifier", epoch: 1, work };
  const looked = await runOrder(engine, new KeptScenes(engine), order, ring.spec, store, join(scratch, "jobs"));
  expect([looked.reply.result, engine.programs.length]).toEqual(["seen", 2]);
});

test("a link that a program leaves in the place of a picture is not followed", async () => {
  const dir = join(scratch, "memo-only");
  const memo = new RenderMemo(dir);
  const job = await mkdtemp(join(scratch, "job-"));
  await writeFile(join(scratch, "secret"), "secret");
  await symlink(join(scratch, "secret"), join(job, "render1.png"));
  const seconds = { execute: 0, render: 0, total: 0 };
  const state = { ok: true, renders: [], log: "", scene: false, seconds };
  await memo.run(
    "k",
    { dir: job },
    async () => state,
    () => ["render1.png"],
  );
  expect(await readdir(dir)).toEqual([]);
  expect(await readFile(join(scratch, "secret"), "utf8")).toBe("secret");
});
