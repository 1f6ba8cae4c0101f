import { mostAgain } from "../../actors/effects/candidates.ts";
import { carefulSamples } from "../../actors/effects/careful.ts";
import { modeOf } from "../../config/modes/index.ts";
import { refiningOf, type SolverLimits } from "../../config/refine.ts";
import type { ResolvedConfig } from "../../config/resolved.ts";
import type { View } from "../../machines/domain/index.ts";

/**
 * Figures of docs/benchmarks.md, two cores without a GPU. A program: seconds for its execution, and for each pixel and
 * sample of a view (1.4 s at 512 px and 16 samples; 41 s for the demo's final pictures at 512). A solver's round, as
 * player or as refinement: the demo's.
 */
const measured = { execute: 0.14, sample: 0.305e-6, solverRound: 85 } as const;

/**
 * Tokens of a request, docs/models.md (cost of the window, programs of 11 kB): the first one's, the current and the best
 * program's, what each round in the window adds; and those of an answer with its program.
 */
const tokens = { first: 1650, programs: 6000, round: 460, answer: 2000 } as const;
/** Requests that a role makes in a round: one to look something up, one to answer. */
const callsPerRound = 2;

export interface RoleCost {
  role: string;
  player: string;
  model: boolean;
  calls: number;
  input_tokens: number;
  output_tokens: number;
  usd: number;
}

/** What a run costs at most. `engine_seconds` is null where nothing was measured for the mode's engine. */
export interface Cost {
  rounds: number;
  programs: number;
  roles: RoleCost[];
  engine_seconds: number | null;
  /** The part of `engine_seconds` that a numeric solver takes. */
  solver_seconds: number;
  /** What telling rounds apart that noise hides may take on top; null as above. */
  again_seconds: number | null;
  /** Who refines the numbers of each program, and about how long for each; null where nobody does. */
  refine: (SolverLimits & { player: string; programs: number; seconds_each: number }) | null;
}

export function costOf(config: ResolvedConfig, views: readonly View[]): Cost {
  const rounds = config.baseline === "one_shot" ? 1 : config.stop.max_rounds;
  const programs = rounds * config.candidates;
  const roles = Object.entries(config.roles).map(([role, { player, profile }]): RoleCost => {
    const turns = role === "generator" ? config.candidates : 1;
    if (profile === null) return { role, player, model: false, calls: 0, input_tokens: 0, output_tokens: 0, usd: 0 };
    const calls = rounds * turns * callsPerRound;
    const input_tokens = turns * callsPerRound * inputOf(rounds, config.memory.rounds);
    const output_tokens = calls * tokens.answer;
    const { input_per_mtok = 0, output_per_mtok = 0 } = profile.prices ?? {};
    const usd = (input_tokens * input_per_mtok + output_tokens * output_per_mtok) / 1_000_000;
    return { role, player, model: true, calls, input_tokens, output_tokens, usd };
  });
  const refining = refiningOf(config.refine);
  const refine = refining === null ? null : { ...refining, programs, seconds_each: solverSeconds(refining) };
  const { generator } = config.roles;
  const refined = (refine?.programs ?? 0) * (refine?.seconds_each ?? 0);
  const solver_seconds = generator.player === "solver" ? rounds * solverSeconds(generator) : refined;
  const drawn = programs * stateSeconds(config.render.preview, views) + 2 * stateSeconds(config.render.final, views);
  const measuredHere = modeOf(config.mode).engine === "blender";
  const engine_seconds = measuredHere ? Math.round(drawn + solver_seconds) : null;
  const again_seconds = measuredHere ? Math.round(againSeconds(config, views)) : null;
  return { rounds, programs, roles, engine_seconds, solver_seconds, again_seconds, refine };
}

/** Seconds that a solver takes for a program: what was measured, or less where it is held to less. */
const solverSeconds = ({ seconds = measured.solverRound }: SolverLimits): number =>
  Math.min(seconds, measured.solverRound);

/** Input tokens of one request a round: the window grows until it holds `window` rounds. */
function inputOf(rounds: number, window: number): number {
  let sum = 0;
  for (let t = 1; t <= rounds; t++) {
    sum += tokens.first + (t > 1 ? tokens.programs : 0) + tokens.round * Math.min(t - 1, window);
  }
  return sum;
}

/** Every round, and the candidates it was chosen from, with more samples; one preview again; two more final pictures. */
function againSeconds({ render, stop, candidates }: ResolvedConfig, views: readonly View[]): number {
  const { preview, final } = render;
  const samples = carefulSamples(preview.samples);
  const alike = candidates > 1 ? Math.min(candidates, mostAgain) : 0;
  const carefully = (1 + alike) * stop.max_rounds * stateSeconds({ ...preview, samples }, views);
  return carefully + stateSeconds(preview, views) + 2 * stateSeconds(final, views);
}

/** Seconds to execute a program and take its pictures. */
function stateSeconds({ px, samples }: { px: number; samples: number }, views: readonly View[]): number {
  const taken = Math.max(1, views.filter((view) => view.optional !== true).length);
  return measured.execute + taken * px * px * samples * measured.sample;
}
