import { mkdir, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { join, matchesGlob } from "node:path";
import type { ArtifactStore } from "../../bridge/artifacts/store.ts";
import { assetRoots } from "../../bridge/assets/roots.ts";
import { defaultLimits, type Engine, type Limits, type RunState } from "../../bridge/engines/contract.ts";
import { toVigaError } from "../../config/errors.ts";
import { failedRun, type RunSpec, type StateCheck } from "../../machines/domain/index.ts";
import type { JobAnswer, JobOrder } from "../run/jobs.ts";
import { type FramesDrawn, watchFrames } from "./drawn-frames.ts";
import type { KeptScenes } from "./kept-scenes.ts";
import { memoKey, RenderMemo } from "./render-memo.ts";

/**
 * Runs one job on this slot's engine in a folder of its own; everything it leaves becomes artifacts. Never throws.
 * @param tell hears how many frames of an animation are drawn, as they are
 */
export async function runOrder(
  engine: Engine,
  kept: KeptScenes,
  order: JobOrder,
  spec: RunSpec,
  store: ArtifactStore,
  scratch: string,
  tell: (frames: FramesDrawn) => void = () => {},
): Promise<Pick<JobAnswer, "reply" | "files">> {
  await mkdir(scratch, { recursive: true, mode: 0o700 });
  const dir = await mkdtemp(join(scratch, "job-"));
  const unwatch = order.work.op === "call" && order.work.lasting === true ? watchFrames(dir, tell) : () => {};
  try {
    const reply = await carryOut(engine, kept, order, spec, store, dir, scratch);
    const transient = order.work.op === "call" && order.work.lasting !== true;
    return { reply: reply.reply, files: await collect(dir, store, reply.wanted, transient) };
  } catch (error) {
    const { message } = toVigaError(error);
    return { reply: failedRun({ kind: "engine", type: "EngineError", message }), files: {} };
  } finally {
    unwatch();
    await rm(dir, { recursive: true, force: true });
  }
}

async function carryOut(
  engine: Engine,
  kept: KeptScenes,
  order: JobOrder,
  spec: RunSpec,
  store: ArtifactStore,
  dir: string,
  scratch: string,
): Promise<{ reply: Record<string, unknown>; wanted: string[] }> {
  const { work, job } = order;
  const base = spec.task.base === null ? {} : { base: await basePath(spec, store) };
  const roots = assetRoots(spec);
  const assets = roots.length === 0 ? {} : { assets: roots };
  const limits: Limits = {
    ...defaultLimits,
    seconds: ("seconds" in work ? work.seconds : undefined) ?? spec.limits.seconds,
    memoryMb: spec.limits.memory_mb,
  };
  switch (work.op) {
    case "run": {
      const program = (await store.get(work.code)).toString("utf8");
      if (work.keep) await kept.beginRound(order.run, work.t);
      const asked = {
        job,
        program,
        ...base,
        ...assets,
        views: spec.views.map((view) => ({ ...view })),
        quality: work.quality,
        seed: spec.seed,
        ...(work.renderSeed === undefined ? {} : { renderSeed: work.renderSeed }),
        // A final render takes long by intent.
        limits: work.save === undefined ? limits : { ...limits, seconds: limits.seconds * 8 },
        dir,
        ...(work.save === undefined ? {} : { save: work.save }),
        ...(work.keep ? { keep: kept.nameOf(order.run, work) } : {}),
      };
      const filesOf = (state: RunState) => [
        ...(state.scene ? ["scene.json"] : []),
        ...(state.files ?? []),
        ...state.renders.map(({ name }) => `${name}.png`),
        ...(work.save ? [work.save] : []),
      ];
      const key = spec.memo === undefined ? null : memoKey(asked, spec, engine.card);
      const { state, known } =
        spec.memo === undefined || key === null
          ? { state: await engine.run(asked), known: false }
          : await new RenderMemo(spec.memo).run(key, asked, () => engine.run(asked), filesOf);
      // A scene that was drawn for another run is made when it is probed.
      if (work.keep && state.ok && !known) kept.add(order.run, work);
      const gone = state.ok ? unloaded(program, spec) : [];
      if (gone.length > 0) state.checks = [...gone, ...(state.checks ?? [])];
      return { reply: { ...state }, wanted: ["scene.json", ...filesOf(state)] };
    }
    case "probe": {
      const scene = kept.nameOf(order.run, work.scene);
      const probe = () => engine.probe({ job, scene, action: work.action, args: work.args, limits, dir });
      const found = await probe();
      if (found.error?.type !== "NoScene") return { reply: { ...found }, wanted: ["*.png"] };
      // The scene is gone (an engine or slot that started again, a round long past): its program makes it once more.
      const program = (await store.get(work.scene.code)).toString("utf8");
      const quality = spec.render.preview;
      // In a folder of its own: its picture is none of the probe's.
      const again = await mkdtemp(join(scratch, "again-"));
      const made = await engine.run({
        job: `${job}/again`,
        program,
        ...base,
        ...assets,
        views: spec.views.slice(0, 1),
        quality,
        seed: spec.seed,
        limits,
        dir: again,
        keep: scene,
      });
      await rm(again, { recursive: true, force: true });
      if (!made.ok) return { reply: { ...made }, wanted: [] };
      kept.add(order.run, work.scene);
      return { reply: { ...(await probe()) }, wanted: ["*.png"] };
    }
    case "call": {
      const session = work.session === undefined ? {} : { session: kept.session(order.run, work.session) };
      const { name, args } = work;
      const reply = await engine.call({ job, name, args, ...session, ...base, ...assets, limits, dir });
      return { reply: { ...reply }, wanted: work.files };
    }
    case "choose":
      await kept.choose(order.run, work);
      return { reply: { ok: true }, wanted: [] };
  }
}

/** Given files that a program no longer loads. */
function unloaded(program: string, { task }: RunSpec): StateCheck[] {
  const gone = (task.given ?? []).filter((path) => !program.includes(path));
  return gone.map((path) => ({
    check: "given_gone",
    text: `the start scene is given and to be kept, but the program no longer loads ${path}`,
  }));
}

/** The .blend's own path where it still exists (its textures lie beside it), else the artifact. */
async function basePath(spec: RunSpec, store: ArtifactStore): Promise<string> {
  const base = spec.task.base;
  if (base === null) return "";
  const there = await stat(base.path).then(
    (found) => found.isFile(),
    () => false,
  );
  return there ? base.path : store.pathOf(base.artifact);
}

/** Takes in plain files only: a link out of the folder would read what the program itself could not. */
async function collect(
  dir: string,
  store: ArtifactStore,
  wanted: string[],
  transient: boolean,
): Promise<Record<string, string>> {
  const entries = await readdir(dir, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
  const chosen = names.filter((name) => wanted.some((pattern) => name === pattern || matchesGlob(name, pattern)));
  const files: Record<string, string> = {};
  for (const name of chosen) files[name] = await store.putFile(join(dir, name), { transient });
  return files;
}
