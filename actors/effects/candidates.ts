import type { Measures, Program, RunSpec, State } from "../../machines/domain/index.ts";
import { previewMargin } from "../../machines/memory/comparing.ts";
import type { ActorHost } from "../actor/host.ts";
import type { LeaseWatch } from "../run/lease.ts";
import { carefulQuality, drawCarefully } from "./careful.ts";
import { samplesOf } from "./measure.ts";

/** Candidates that are drawn again at most, the lowest losses. */
export const mostAgain = 3;

interface Measured {
  index: number;
  program: Program;
  measures: Measures;
}

/** The candidates that noise does not tell from the lowest, the lowest first; of equal programs one. */
export function equalToLowest(measured: readonly Measured[]): Measured[] {
  const sorted = measured.toSorted((a, b) => a.measures.loss - b.measures.loss);
  const [lowest] = sorted;
  if (lowest === undefined) return [];
  const near = sorted.filter(
    ({ measures: own }) => own.loss - lowest.measures.loss <= previewMargin(own, lowest.measures),
  );
  const codes = near.map(({ program }) => program.code);
  return near.filter(({ program }, at) => codes.indexOf(program.code) === at).slice(0, mostAgain);
}

/**
 * Index of the candidate with the lowest loss. Those that its preview's noise hides are drawn again with more samples, and
 * the tape says what that showed; the first that rendered where nothing was measured.
 */
export async function lowestCandidate(
  { host, spec, leases, key }: { host: ActorHost; spec: RunSpec; leases: LeaseWatch; key: string },
  { programs, states, measures }: { programs: Program[]; states: State[]; measures: (Measures | null)[] },
): Promise<number> {
  const measured = states.flatMap(({ candidate }, index) => {
    const program = programs.find((one) => one.candidate === candidate);
    const own = measures[index];
    return program && own ? [{ index, program, measures: own }] : [];
  });
  const equal = equalToLowest(measured);
  const [lowest] = equal;
  if (lowest === undefined)
    return Math.max(
      0,
      states.findIndex((state) => state.ok),
    );
  const quality = carefulQuality(spec.render.preview);
  if (equal.length < 2 || quality === null) return lowest.index;
  const losses: { candidate: number; loss: number | null; error?: string }[] = [];
  let best: { index: number; loss: number } | null = null;
  for (const { index, program, measures: own } of equal) {
    const round = { t: program.t, program, measures: own };
    const options = { key: `${key}/careful/${program.candidate}`, quality };
    const { measures: careful, error } = await drawCarefully(host, spec, leases, round, options);
    const loss = careful?.loss ?? null;
    losses.push({ candidate: program.candidate, loss, ...(error === undefined ? {} : { error }) });
    if (loss !== null && (best === null || loss < best.loss)) best = { index, loss };
  }
  const chosen = best?.index ?? lowest.index;
  const told = { t: lowest.program.t, samples: samplesOf(quality), losses, chosen: states[chosen]?.candidate };
  await host.note("candidates.drawn_again", told, `${key}/careful`);
  return chosen;
}
