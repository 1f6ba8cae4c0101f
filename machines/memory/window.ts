import type { Context, Program, Round, Task } from "../domain/index.ts";
import { bestOf, lossOf, worseInARow } from "./stopping.ts";
import { standing } from "./undone.ts";

/** M_t = Tail_L: the last L rounds (not messages), beside the best round wherever it is (paper, section 3.4). */
export function windowOf(rounds: readonly Round[], length: number): Round[] {
  return rounds.slice(Math.max(0, rounds.length - length));
}

/**
 * Rounds that left the window keep what the score needs (program, renders, measures) and lose what only a generator
 * reads, so that snapshots stay small over a hundred rounds.
 */
export function trimmed(rounds: readonly Round[], length: number): Round[] {
  const keepFrom = rounds.length - length;
  const best = bestOf(rounds);
  return rounds.map((round, index) =>
    index >= keepFrom || round === best || round.feedback === null
      ? round
      : { ...round, feedback: null, state: { ...round.state, log: "" } },
  );
}

/** Chooses the program the next one starts from: the last, or after two worse rounds in a row the best again. */
export function startingPoint(rounds: readonly Round[]): { from: Program | null; note: string | null } {
  const last = rounds.at(-1);
  if (!last) return { from: null, note: null };
  const best = bestOf(rounds);
  const worse = worseInARow(rounds);
  if (worse >= 2 && best && best.t !== last.t) {
    const [now, then] = [lossOf(last), lossOf(best)];
    const figures = now !== null && then !== null ? ` (loss ${now.toPrecision(3)} against ${then.toPrecision(3)})` : "";
    return {
      from: best.program,
      note: `The last ${worse} rounds were worse. Start again from the best program, of round ${best.t}${figures}.`,
    };
  }
  return { from: last.program, note: null };
}

export function makeContext(input: {
  t: number;
  task: Task;
  rounds: readonly Round[];
  window: number;
  plan: string | null;
  analysis: string | null;
  candidates: number;
}): Context {
  const { from, note } = startingPoint(input.rounds);
  return {
    t: input.t,
    task: input.task,
    plan: input.plan,
    analysis: input.analysis,
    rounds: windowOf(standing(input.rounds), input.window),
    best: bestOf(input.rounds),
    from,
    note,
    candidates: input.candidates,
  };
}
