import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PlayerIO, VerifierPlayer } from "../../actors/players/player.ts";
import { makeVerifier } from "../../actors/players/registry.ts";
import { ArtifactStore } from "../../bridge/artifacts/store.ts";
import { startBlender } from "../../bridge/engines/blender.ts";
import { defaultLimits, type Engine } from "../../bridge/engines/contract.ts";
import { VigaError } from "../../config/errors.ts";
import type { ResolvedConfig } from "../../config/resolved.ts";
import { photometric } from "../../evaluators/photometric.ts";
import {
  noUsage,
  type Quality,
  type RunSpec,
  runConfig,
  runSpecSchema,
  type State,
  sumUsage,
  type Task,
  type Usage,
} from "../../machines/domain/index.ts";
import { version } from "../version.ts";
import { claimsOf, namedIn } from "./claims.ts";
import { askPair, type PairAnswer } from "./pairs.ts";
import { benchScene, type Perturbation } from "./perturb.ts";
import { type Judged, scoreVerifier, type VerifierScore } from "./verifier-score.ts";

const view = { name: "render1", camera: "Camera1", aspect: { width: 1, height: 1 } };

export interface VerifierBenchOptions {
  config: ResolvedConfig;
  seeds: readonly number[];
  quality: Quality;
  signal: AbortSignal;
  onJudged: (one: Judged, done: number, of: number) => void;
}

/** What was shown and said, and what it comes to. */
export interface VerifierBench {
  score: VerifierScore;
  judged: Judged[];
}

/** The specification that players are made from: no run is made of it. */
function specOf({ config, quality }: VerifierBenchOptions, task: Task): RunSpec {
  return {
    schema: runSpecSchema,
    viga: version,
    run: "bench-verifier",
    created: new Date().toISOString(),
    task,
    engine: "blender",
    output: "blender_file.blend",
    code_ending: "py",
    measurement: photometric.measurement,
    approve: "never",
    memory: {
      window: 1,
      candidates: 1,
      analyze: false,
      stop: { max_rounds: 1, plateau: { patience: 1, min_gain: "auto" }, budget: {}, max_failures: 1 },
    },
    views: [view],
    render: { preview: quality, final: quality },
    limits: config.limits,
    seed: config.seed ?? 0,
    out: "",
    config: runConfig.parse(JSON.parse(JSON.stringify(config))),
  };
}

/** What the bench lends a player: pictures and calls, and no live scene. */
function lend(
  store: ArtifactStore,
  task: Task,
  options: VerifierBenchOptions,
  spent: (usage: Usage) => void,
): PlayerIO {
  return {
    run: "bench-verifier",
    task,
    views: [view],
    preview: options.quality,
    seed: options.config.seed ?? 0,
    measurement: photometric.measurement,
    signal: options.signal,
    text: async (ref) => (await store.get(ref)).toString("utf8"),
    bytes: (ref) => store.get(ref),
    put: (content) => store.put(content),
    job: async () => ({
      ok: false,
      result: null,
      error: { kind: "engine", type: "NoScene", message: "no live scene is kept here: judge by the pictures" },
      files: {},
    }),
    once: (_key, call) => call(),
    note: () => undefined,
    spent,
  };
}

class Scenes {
  readonly #engine: Engine;
  readonly #store: ArtifactStore;
  readonly #options: VerifierBenchOptions;
  #count = 0;

  constructor(engine: Engine, store: ArtifactStore, options: VerifierBenchOptions) {
    this.#engine = engine;
    this.#store = store;
    this.#options = options;
  }

  /** Draws a program; `noise` is the seed of the sampling alone. */
  async draw(program: string, scratch: string, noise: number): Promise<State> {
    const dir = await mkdtemp(join(scratch, "job-"));
    const { quality, signal } = this.#options;
    const job = {
      job: `bench-verifier-${this.#count++}`,
      program,
      views: [view],
      quality,
      limits: defaultLimits,
      dir,
      renderSeed: noise,
    };
    const made = await this.#engine.run(job, signal);
    if (!made.ok) {
      throw new VigaError("program_error", `a scene of the bench failed: ${made.error?.message ?? made.log}`, {
        hint: "run viga doctor",
      });
    }
    const image = await this.#store.putFile(join(dir, "render1.png"));
    const scene = await this.#store.put(await readFile(join(dir, "scene.json")));
    await rm(dir, { recursive: true, force: true });
    return {
      t: 1,
      candidate: 0,
      ok: true,
      renders: [{ name: view.name, image }],
      log: "",
      scene,
      slot: "cpu",
      epoch: 1,
      seconds: made.seconds,
    };
  }
}

/**
 * Shows the verifier of a configuration scenes with known differences, each against its target that was drawn with other
 * noise, and reads what it names of them.
 *
 * @throws VigaError dependency_missing, engine_failed, and what the player throws
 */
export async function benchVerifier(options: VerifierBenchOptions): Promise<VerifierBench> {
  const scratch = await mkdtemp(join(tmpdir(), "viga-bench-verifier-"));
  const engine = await startBlender({ scratch });
  const judged: Judged[] = [];
  let usage: Usage = noUsage;
  try {
    const store = new ArtifactStore(join(scratch, "artifacts"));
    const scenes = new Scenes(engine, store, options);
    let name = "";
    for (const seed of options.seeds) {
      const { goal, names, perturbations } = benchScene(seed);
      const target = await scenes.draw(goal, scratch, 2 * seed);
      const task: Task = {
        mode: "static_scene",
        name: `bench-${seed}`,
        text: "",
        targets: [{ name: view.name, image: target.renders[0]!.image }],
        start: null,
        base: null,
        prompt: "none",
      };
      const { player } = await makeVerifier(specOf(options, task), async () => null, options.signal);
      name = player.name;
      let equal: State | null = null;
      for (const truth of perturbations) {
        const state = await scenes.draw(`${goal}\n${truth.lines}\n`, scratch, 2 * seed + 1);
        const io = lend(store, task, options, (more) => {
          usage = sumUsage(usage, more);
        });
        if (truth.kind === "nothing") equal = state;
        const pair = truth.kind === "nothing" || equal === null ? null : { equal, different: state };
        const answer = pair === null ? null : await askPair(player, pair, io);
        const one = await judge(player, { seed, truth, state, names, answer }, io);
        judged.push(one);
        options.onJudged(one, judged.length, options.seeds.length * perturbations.length);
      }
    }
    return { score: scoreVerifier(name, judged, usage), judged };
  } finally {
    await engine.close();
    await rm(scratch, { recursive: true, force: true });
  }
}

interface Shown {
  seed: number;
  truth: Perturbation;
  state: State;
  names: readonly string[];
  /** What it said of this state beside the equal one. */
  answer: PairAnswer | null;
}

async function judge(player: VerifierPlayer, shown: Shown, io: PlayerIO): Promise<Judged> {
  const { seed, truth, state, names, answer } = shown;
  const measures = await photometric.measure(state, io.task, io.bytes);
  const began = performance.now();
  const feedback = await player.judge({ t: 1, task: io.task, state, measures, previous: null, analysis: null }, io);
  const seconds = (performance.now() - began) / 1000;
  const claims = claimsOf(feedback, names);
  return {
    seed,
    truth,
    names,
    pl: measures?.loss ?? 0,
    claims,
    named: namedIn(feedback, claims, truth, names),
    feedback,
    pair: answer,
    seconds,
  };
}
