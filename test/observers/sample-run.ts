import { createHash } from "node:crypto";
import sharp from "sharp";
import { photometric } from "../../evaluators/photometric.ts";
import type { Measures, Program, Refined, Round, State } from "../../machines/domain/index.ts";
import type { TapeEvent } from "../../observers/observer.ts";

/** Artifacts in memory. */
export class Artifacts {
  readonly files = new Map<string, Buffer>();

  put(content: Buffer | string): string {
    const bytes = Buffer.from(content);
    const ref = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
    this.files.set(ref, bytes);
    return ref;
  }

  readonly read = async (ref: string): Promise<Buffer> => {
    const bytes = this.files.get(ref);
    if (bytes === undefined) throw new Error(`no artifact ${ref}`);
    return bytes;
  };
}

export const solid = (grey: number, size = 32): Promise<Buffer> =>
  sharp({ create: { width: size, height: size, channels: 3, background: { r: grey, g: grey, b: grey } } })
    .png()
    .toBuffer();

const measuresOf = (pl: number, ssim: number): Measures => ({
  loss: pl,
  noise: 0,
  metrics: { pl, ssim },
  views: [{ name: "render1", loss: pl, metrics: { pl, ssim } }],
});

export interface SampleOptions {
  /** Loss of each round from 0; null: the program failed. */
  losses: (number | null)[];
  /** Leave the run without its end. */
  cut?: boolean;
  /** Text put wherever a model's or engine's words stand. */
  words?: string;
  candidates?: number;
  /** A model writes the programs and a solver refines them: all but those of odd rounds, which it leaves as they are. */
  refined?: boolean;
  mode?: string;
  output?: string;
  codeEnding?: string;
}

const code = (t: number, k: number) =>
  `import bpy\nbpy.data.objects["Lamp"].data.energy = ${100 + 25 * t + k}\nx = (${t}, 0.5)\n`;

/** The program before a solver set its last number. */
const written = (t: number, k: number) => code(t, k).replace("0.5)", "0.25)  # of 1 lamp, 2 rooms");

const refinedOf = (t: number, before: string, words: string): Refined => {
  const fit = { by: "solver", renders: 412, seconds: 155, loss_before: 0.0213 };
  if (t % 2 === 1) return { ...fit, moved: 0, changes: [], loss_after: 0.0213, kept: `nothing to gain: ${words}` };
  const changes = [{ line: 3, label: "x[1]", from: 0.25, to: 0.5 }];
  return { ...fit, moved: 15, changes, loss_after: 0.0196, written: before };
};

/** The tape of a made-up run, with its artifacts, as the ring's roles would write it. */
export async function sampleRun(options: SampleOptions): Promise<{ events: TapeEvent[]; artifacts: Artifacts }> {
  const artifacts = new Artifacts();
  const events: TapeEvent[] = [];
  const began = Date.parse("2026-01-02T03:04:05.000Z");
  const say = (role: string, type: string, data: Record<string, unknown>) => {
    const seq = events.length * 2 + 1;
    const time = new Date(began + seq * 500).toISOString();
    events.push({ seq, id: `r/${seq}`, time, run: "sample-1", role, type, data: JSON.parse(JSON.stringify(data)) });
  };
  const words = options.words ?? "raise the lamp";
  const candidates = options.candidates ?? 1;
  const target = artifacts.put(await solid(200));
  say("supervisor", "run.started", {
    task: {
      mode: options.mode ?? "static_scene",
      name: "sample",
      text: words,
      targets: [{ name: "render1", image: target }],
      start: artifacts.put(code(0, 0)),
      base: null,
      prompt: "none",
    },
    mode: options.mode ?? "static_scene",
    out: "/somewhere",
    measurement: photometric.measurement,
    output: options.output ?? "blender_file.blend",
    code_ending: options.codeEnding ?? "py",
    players: { generator: options.refined === true ? "some-model" : "solver", verifier: "pixels" },
    config: {
      candidates,
      ...(options.refined === true ? { roles: { generator: { spec: { kind: "model", argument: null } } } } : {}),
    },
  });
  if (options.refined === true) say("verifier", "analysis", { text: `a lamp: ${words}` });
  let best: Round | null = null;
  let start: Round | null = null;
  for (const [t, loss] of options.losses.entries()) {
    if (t > 0) {
      say("memory", "context", { t, from: t - 1, note: t === 3 ? "back to the best" : null });
      say("generator", "writing", { t });
      say("generator", "progress", { text: `fitting ${words}`, fraction: 0.5, loss: loss ?? 1 });
    }
    const programs = Array.from(
      { length: t === 0 ? 1 : candidates },
      (_, k): Program => ({
        t,
        candidate: k,
        thought: `${words} (${t}.${k})`,
        code_diff: t === 0 ? "" : `-energy = ${100 + 25 * (t - 1)}\n+energy = ${100 + 25 * t + k}`,
        code: artifacts.put(code(t, k)),
        ...(options.refined === true && t > 0 ? { refined: refinedOf(t, artifacts.put(written(t, k)), words) } : {}),
      }),
    );
    const program = programs.at(-1)!;
    if (program.refined !== undefined) {
      const of = { t, candidate: 0, refining: true };
      say("generator", "progress", { ...of, step: "start", renders: 2, loss_before: 0.0213, loss: 0.0213 });
      say("generator", "progress", { ...of, step: "done", renders: 412, loss_before: 0.0213, loss: 0.0196 });
      say("generator", "refined", { t, candidate: 0, refined: program.refined });
    }
    const plan = options.refined === true ? { plan: `first the lamp: ${words}` } : {};
    if (t > 0) for (const one of programs) say("generator", "program.proposed", { program: one, ...plan });
    say("executor", "executing", { t, candidates: programs.length });
    const picture = await solid(200 - Math.round(255 * Math.sqrt(loss ?? 0)));
    const state: State = {
      t,
      candidate: program.candidate,
      ok: loss !== null,
      renders: loss === null ? [] : [{ name: "render1", image: artifacts.put(picture) }],
      log: "line of a log",
      ...(loss === null
        ? { error: { kind: "program" as const, type: "NameError", message: `name is not defined ${words}`, line: 3 } }
        : { scene: artifacts.put('{"objects":[]}') }),
      slot: "cpu",
      epoch: 1,
      seconds: { execute: 0.1, render: 0.4, total: 0.5 },
    };
    say("executor", "state", { state });
    const measures: Measures | null = loss === null ? null : measuresOf(loss, 1 - loss);
    const feedback =
      loss === null
        ? null
        : {
            visual_difference: { critical: [`too dark: ${words}`], major: [], minor: [] },
            edit_suggestion: ["raise the light"],
            overall_similarity: 100 * (1 - loss),
            next_focus: "the lamp",
            disputed: [{ claim: words, evidence: "it is not" }],
            heatmap: artifacts.put(await solid(Math.round(loss * 255), 40)),
            thought: words,
          };
    if (feedback !== null) {
      say("verifier", "measured", { t, chosen: 0, measures: [measures] });
      say("verifier", "feedback", { t, candidate: program.candidate, state, measures, feedback });
    } else say("executor", "job.failed", { t, candidate: 0, error: state.error });
    const round: Round = { t, program, state, measures, feedback };
    if (loss !== null && (best === null || loss < (best.measures?.loss ?? 1))) best = round;
    if (t === 0) start = round;
    const usage = { calls: t, input_tokens: 1000 * t, output_tokens: 100 * t, usd: 0.01 * t };
    say("memory", "round", { round, best_t: best?.t ?? null, loss, best_loss: best?.measures?.loss ?? null, usage });
  }
  if (options.cut === true || best === null) return { events, artifacts };
  const finalOf = async (round: Round, saved: string | null) => {
    const pl = (round.measures?.loss ?? 0) / 2;
    const image = artifacts.put(await solid(90 + round.t, 64));
    return {
      t: round.t,
      state: { ...round.state, renders: [{ name: "render1", image }] },
      measures: measuresOf(pl, 1 - pl),
      saved,
    };
  };
  say("supervisor", "role.restarted", { role: "verifier", reason: words });
  say("memory", "stopped", { reason: "plateau", error: null, best_t: best.t, rounds: options.losses.length });
  say("supervisor", "final", {
    best: await finalOf(best, artifacts.put("BLENDER")),
    start: start === null || start === best ? null : await finalOf(start, null),
  });
  say("supervisor", "run.finished", { status: "done", reason: "plateau", error: null, best_t: best.t, usage: null });
  return { events, artifacts };
}
