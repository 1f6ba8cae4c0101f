import { type MovedNumber, movedNumbers } from "../bridge/text/moved-numbers.ts";
import { programOf, type RoundView, type RunView, roundsOf, stateOf } from "./run-view.ts";

/** Numbers that differ from the program that a round began with, by who moved them. */
export interface Moves {
  generator: MovedNumber[];
  /** What a solver moved after the program was written; the largest, of `solverMoved` in all. */
  solver: MovedNumber[];
  solverMoved: number;
}

/** The round whose program this one was made from; null where that was not seen. */
export function fromOf(runView: RunView, at: RoundView): RoundView | null {
  const undone = programOf(at)?.undone ?? [];
  if (undone.length === 0) return runView.rounds.get(at.from ?? at.t - 1) ?? null;
  const first = Math.min(...undone);
  return roundsOf(runView).findLast((one) => one.t < first && stateOf(one)?.ok === true) ?? null;
}

/** Whose numbers moved in a round. `text` reads a program; null where it is gone. */
export async function movesOf(
  runView: RunView,
  at: RoundView,
  text: (ref: string) => Promise<string | null>,
): Promise<Moves> {
  const program = programOf(at);
  const refined = program?.refined;
  const from = fromOf(runView, at);
  const before = from === null ? null : programOf(from);
  const written = refined?.written ?? program?.code;
  const [old, now] = [
    before === null ? null : await text(before.code),
    written === undefined ? null : await text(written),
  ];
  const language = ({ html: "html", js: "javascript" } as const)[runView.codeEnding] ?? "python";
  return {
    generator: at.t === 0 || old === null || now === null ? [] : movedNumbers(old, now, { language }),
    solver: refined?.changes ?? [],
    solverMoved: refined?.moved ?? 0,
  };
}
