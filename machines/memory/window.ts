import type { Context, PinnedAsset, Program, Round, Stage } from "../domain/index.ts";
import { isWorse, lossOf } from "./comparing.ts";
import { figure } from "./progress.ts";
import type { StageProgress } from "./state.ts";
import { standing } from "./undone.ts";

/** M_t = Tail_L: the last L rounds (not messages), beside the best round wherever it is (paper, section 3.4). */
export function windowOf(rounds: readonly Round[], length: number): Round[] {
  return rounds.slice(Math.max(0, rounds.length - length));
}

/**
 * Rounds that left the window keep what the score needs (program, renders, measures) and lose what only a generator
 * reads, so that snapshots stay small over a hundred rounds. `kept`: rounds that others are compared with.
 */
export function trimmed(rounds: readonly Round[], length: number, kept: readonly (number | null)[]): Round[] {
  const keepFrom = rounds.length - length;
  return rounds.map((round, index) =>
    index >= keepFrom || kept.includes(round.t) || round.feedback === null
      ? round
      : { ...round, feedback: null, state: { ...round.state, log: "" } },
  );
}

/** How many of the last rounds were worse than the best beyond noise, counted back from the end. */
export function worseInARow(rounds: readonly Round[], best: Round | null, judge: number): number {
  const last = rounds.findLastIndex((round) => round.t === best?.t || !isWorse(best, round, judge));
  return rounds.length - 1 - last;
}

/** What the next program is chosen by: every round, the best, the judge's noise, the stage by name and progress. */
export interface Past {
  rounds: readonly Round[];
  best: Round | null;
  judge: number;
  stage: StageProgress | null;
  stageName: Stage | undefined;
}

/** Chooses the program the next one starts from: the last; the best after two worse rounds in a row and in a new stage. */
export function startingPoint(t: number, past: Past): { from: Program | null; note: string | null } {
  const { rounds, best, judge, stage } = past;
  const last = rounds.at(-1);
  if (!last) return { from: null, note: null };
  if (best && stage?.began === t && stage.because !== null) {
    const of = best.t === 0 ? "the start program" : `the best program so far, of round ${best.t}`;
    return {
      from: best.program,
      note: `A new stage begins: ${past.stageName}. The stage before is over (${stage.because}). Start from ${of}.`,
    };
  }
  const own = rounds.filter((round) => round.t >= (stage?.began ?? 0));
  const worse = worseInARow(own, best, judge);
  if (worse < 2 || !best || best.t === last.t) return { from: last.program, note: null };
  const [now, then] = [lossOf(last), lossOf(best)];
  const figures = now !== null && then !== null ? ` (loss ${figure(now)} against ${figure(then)})` : "";
  return {
    from: best.program,
    note: `The last ${worse} rounds were worse than the best. Start again from the best program, of round ${best.t}${figures}.`,
  };
}

/** Fetched models that are told at most: the newest. */
const mostAssets = 40;

/** Models fetched in any round, also in one that failed or was taken back: their files are there and may have cost money. */
function assetsOf(rounds: readonly Round[]): PinnedAsset[] {
  const all = new Map<string, PinnedAsset>();
  for (const asset of rounds.flatMap(({ program }) => program?.assets ?? [])) {
    all.delete(asset.path);
    all.set(asset.path, asset);
  }
  return [...all.values()].slice(-mostAssets);
}

/** What memory hands on as it is. */
type Given = Pick<Context, "t" | "task" | "plan" | "analysis" | "candidates">;

export function makeContext(given: Given, past: Past, window: number): Context {
  const { from, note } = startingPoint(given.t, past);
  const { rounds, best, stageName: stage } = past;
  const assets = assetsOf(rounds);
  const pinned = assets.length === 0 ? {} : { assets };
  const context = { ...given, rounds: windowOf(standing(rounds), window), best, from, note, ...pinned };
  return stage === undefined ? context : { ...context, stage };
}
