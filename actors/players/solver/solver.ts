import { createHash } from "node:crypto";
import { unifiedDiff } from "../../../bridge/text/line-diff.ts";
import { VigaError } from "../../../config/errors.ts";
import type { SolverLimits } from "../../../config/refine.ts";
import { pairViews } from "../../../evaluators/photometric.ts";
import type { Context, Task, View } from "../../../machines/domain/index.ts";
import type { GeneratorMove, GeneratorPlayer, PlayerIO } from "../player.ts";
import { coordinates } from "./coordinates.ts";
import { Fitter } from "./fitter.ts";
import { isGrain, redrawn } from "./grain.ts";
import { allPutBack, type PutBack, putBack } from "./guard.ts";
import { type Knob, patch, skeleton, type Trace } from "./knobs.ts";
import { atTheEnd, endOfTime, endsInTime, limitedIO, outOfTime, Trail } from "./limited.ts";
import { decode, meanSquare } from "./pictures.ts";
import { Problem, type Scale } from "./problem.ts";
import { coarse, polish, refine } from "./stages.ts";
import { Sweeper } from "./sweeper.ts";
import { account, type Losses } from "./thought.ts";

export interface SolverOptions {
  /** Rounds at most; the solver ends earlier when a round gains less than noise. Default 4. */
  rounds?: number;
  /** What it may move, and how long a round may take. */
  limits?: SolverLimits;
  /** One call goes on through all kinds of rounds, as long as its seconds last. Default: a call is one round. */
  goesOn?: boolean;
}

/** How results are compared: the size and samples every round's gain is measured at. */
const yardstick: Scale = { px: 128, samples: 16, probe: 8, sigma: 0, seed: 7, exact: true };

/** With less than this share of the start's difference left, no more knobs are looked for and no fourth round is begun. */
const little = 0.03;

/** A round that took less than this share of what was left is not followed by a fourth. */
const worthwhile = 0.2;

interface Studied {
  readonly knobs: Knob[];
  readonly trace: Trace;
  /** What its numbers are held to, in words. */
  readonly limits: string;
}

/** The views that have a target to be fitted to, each with it; an optional one only where the scene has its camera. */
function fittedViews(views: readonly View[], targets: Task["targets"], cameras: readonly string[]) {
  const there = views.filter(({ camera, optional }) => !optional || camera === null || cameras.includes(camera));
  const pairs = pairViews(
    there.map(({ name }) => ({ name, image: name })),
    targets,
  );
  return pairs.map(({ name, target }) => ({ view: there.find((view) => view.name === name)!, image: target }));
}

/**
 * The numeric player: tunes the numbers of the start program (nothing in it needs to be marked) until its pictures match
 * the targets. One call is one round: coarse fit, refinement, polish. What a round needs beyond its context is computed
 * again when a restarted process has lost it, so the same context gives the same program. It cannot change structure,
 * and says so when numbers explain little.
 */
export function createSolver(options: SolverOptions = {}): GeneratorPlayer {
  const rounds = options.rounds ?? 4;
  // Only derived facts: what the start program's knobs drive, by program text.
  const studied = new Map<string, Promise<Studied>>();

  const study = (sweeper: Sweeper, code: string, limits: () => string): Promise<Studied> => {
    const key = createHash("sha256").update(code).digest("hex");
    let found = studied.get(key);
    if (!found) {
      found = (async () => {
        const [knobs, trace] = [await sweeper.knobs(code), await sweeper.trace(code)];
        return { knobs, trace, limits: limits() };
      })();
      found.catch(() => studied.delete(key));
      if (studied.size > 32) studied.clear();
      studied.set(key, found);
    }
    return found;
  };

  const write = async (context: Context, lent: PlayerIO): Promise<GeneratorMove> => {
    const { io, words, isOver, left: timeLeft } = limitedIO(lent, options.limits ?? {});
    const { task } = context;
    const fromRef = context.from?.code ?? context.best?.program?.code ?? task.start;
    if (fromRef === null) {
      throw new VigaError("input_invalid", "the solver needs a start program", {
        hint: "Give one with task.start (or init), or let a model write the first program.",
      });
    }
    if (task.targets.length === 0) {
      throw new VigaError("input_invalid", "the solver needs a target picture", { hint: "Give one with --target." });
    }
    // It reads programs; which views it could draw is known only once the scene's cameras are.
    const reader = new Sweeper(io, []);
    const code = await io.text(fromRef);
    const startCode = task.start === null ? code : await io.text(task.start);
    const knobs = await reader.knobs(code);
    let origin = startCode;
    let base = await study(reader, startCode, words);
    if (skeleton(code, knobs) !== skeleton(startCode, base.knobs)) {
      // Someone else rewrote the program: its own numbers are the starting point.
      origin = code;
      base = await study(reader, code, words);
    }
    let stage = 1;
    const earlier: number[][] = [];
    for (const round of context.rounds) {
      if (round.t === 0 || round.program === null || !round.state.ok) continue;
      const text = await io.text(round.program.code);
      const own = await reader.knobs(text);
      if (skeleton(text, own) === skeleton(code, knobs) && text !== startCode) {
        stage++;
        earlier.push(own.map((k) => k.value));
      }
    }
    if (stage > rounds) return { type: "end", reason: `the solver's ${rounds} rounds are used up` };

    const seen = fittedViews(io.views, task.targets, base.trace.scene.cameras);
    if (seen.length === 0) {
      throw new VigaError("input_invalid", "no target picture belongs to a view that this program's scene has", {
        hint: "name views after their targets (task.views), and keep the cameras that the views name",
      });
    }
    const sweeper = new Sweeper(
      io,
      seen.map(({ view }) => view),
    );
    const targets = await Promise.all(seen.map(async ({ image }) => decode(await io.bytes(image))));
    const problem = new Problem(sweeper, origin, base.knobs, base.trace, coordinates(base.knobs, base.trace), targets);
    const trail = new Trail();
    const fitter = new Fitter(problem, (step, data) => {
      trail.pass(fitter.point);
      io.note("progress", { round: context.t, stage, step, ...data, renders: sweeper.renders });
    });
    if (base.limits !== "") fitter.tell("limits", { limits: base.limits });
    fitter.moveTo(knobs.map((k) => k.value));
    const before = [...fitter.point];

    const { seed } = yardstick;
    // The last is what `redrawn` asks for, drawn in the same job.
    const [first, old] = await problem.look([problem.origin, before, before], yardstick, {
      seeds: [seed, seed, seed + 1],
    });
    if (!first || !old) throw new VigaError("player_failed", "the program does not render");
    const again = await redrawn(fitter, yardstick);
    const noise = meanSquare(problem.features(old, 0, again)) / 2;
    const loss: Losses = {
      start: problem.loss(first),
      before: problem.loss(old),
      after: problem.loss(old),
      noise,
      grain: false,
    };
    io.note("progress", { round: context.t, stage, step: "start", loss: loss.before, renders: sweeper.renders });
    const left = Math.max(0, loss.before - noise) / Math.max(1e-12, loss.start - noise);
    // The rounds after the third are the dearest and the ones that bring least.
    if (stage > 3 && left < little) return { type: "end", reason: account.enough(loss, left) };
    const previous = stage > 2 ? earlier.at(-2) : undefined;
    if (previous) {
      const [look] = await problem.look([previous.map((v, k) => problem.units(k, v))], yardstick);
      const was = look ? problem.loss(look) - noise : Number.POSITIVE_INFINITY;
      // What was little then has been polished since.
      const polished = was < little * (loss.start - noise);
      if (polished || (stage > 3 && loss.before - noise > (1 - worthwhile) * was)) {
        return { type: "end", reason: account.enough(loss, left) };
      }
    }
    // Where nothing stands out of the noise another round would fit the noise.
    loss.grain = isGrain(problem, old, again, stage > 3 ? 3 : 2);
    if (loss.grain) return { type: "end", reason: account.ending(loss) };

    // With little left to explain, the same knobs seen more sharply bring more than a search for others.
    let reached = stage === 2 && left < little ? 3 : stage;
    let spared: PutBack | null = null;
    let best = before;
    for (;;) {
      const cut = await endsInTime(fitter, trail, yardstick, async () => {
        if (reached === 1) await coarse(fitter);
        else if (reached === 2) await refine(fitter);
        else await polish(fitter, reached > 3);
      });
      const returned = await atTheEnd(() => putBack(fitter, before, timeLeft));
      const [now] = await atTheEnd(() => problem.look([fitter.point], yardstick));
      if (!now) throw new VigaError("player_failed", "the fitted program does not render");
      const after = problem.loss(now);
      io.note("progress", {
        round: context.t,
        stage: reached,
        step: "done",
        loss: after,
        renders: sweeper.renders,
        cpu: sweeper.cpuSeconds,
      });
      if (loss.after - after >= Math.max(0.01 * loss.after, 0.02 * noise)) {
        [best, spared, loss.after] = [[...fitter.point], allPutBack(spared, returned), after];
        const drawn = await atTheEnd(() => redrawn(fitter, yardstick));
        loss.grain = isGrain(problem, now, drawn, 2);
        if (!options.goesOn || loss.grain || reached >= 3) break;
      } else {
        // A stage that found nothing leaves the program as it was, and the next, which looks closer, is tried at once.
        fitter.point = [...best];
        if ((cut || isOver()) && best === before) return { type: "end", reason: outOfTime(options.limits) };
        if (reached >= 3 && best === before) return { type: "end", reason: account.ending(loss) };
      }
      if (cut || isOver() || reached >= 3) break;
      reached++;
    }
    const values = fitter.point.map((u, k) => problem.value(k, u));
    const next = patch(origin, base.knobs, values);
    const told = account.thought(base.knobs, knobs, values, loss, sweeper.renders, base.trace, reached);
    return {
      type: "programs",
      candidates: [
        {
          thought: spared === null ? told : account.putBack(told, spared),
          code_diff: unifiedDiff(code, next, { context: 3, name: "program.py" }),
          code: next,
        },
      ],
    };
  };
  return { name: "solver", write: (context, io) => write(context, io).catch(endOfTime) };
}
