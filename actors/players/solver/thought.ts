import type { PutBack } from "./guard.ts";
import { type Knob, literal, type Trace } from "./knobs.ts";

export interface Losses {
  /** Of the program all numbers of the solver's rounds started from. */
  readonly start: number;
  readonly before: number;
  after: number;
  /** What path-tracing noise alone contributes at the size the losses were measured at. */
  readonly noise: number;
  /** Nothing stands out of that noise, in sharp pictures nor in blurred ones. */
  grain: boolean;
}

const stageNames = ["", "coarse fit", "refinement"];
const milli = (loss: number): string => (loss * 1000).toFixed(3);

const structure =
  "The numbers of this program explain less than half of the difference: what is left is probably structure " +
  "(a thing missing, another shape or material), which the solver cannot write.";

/** A solver's reason without what it says of structure: a model that is refined is told so once, in its prompt. */
export const withoutStructure = (reason: string): string => reason.replace(structure, "").trim();

function verdict(loss: Losses): string {
  if (loss.grain) return "What is left is about the renderer's own noise.";
  return `What is left is ${(loss.after / loss.noise).toFixed(1)} times the renderer's own noise.`;
}

/** What the solver says when it ends: the only place where it speaks of structure, so once in a run. */
const lastVerdict = (loss: Losses): string =>
  !loss.grain && loss.after > 0.5 * loss.start ? structure : verdict(loss);

/** The generator's thought of a round: which numbers moved, from what to what, and what that gained. */
function thought(
  knobs: readonly Knob[],
  previous: readonly Knob[],
  values: readonly number[],
  loss: Losses,
  renders: number,
  trace: Trace,
  stage: number,
): string {
  const moves = knobs.flatMap((k, i) => {
    const from = previous[i]!.value;
    const to = Number(literal(values[i]!, k.isInt));
    if (from === to) return [];
    const drives = trace.touches[String(i)]?.[0];
    const back = to === k.value ? " (back to the start value)" : "";
    return [
      `- line ${k.line}, ${k.label}: ${literal(from, k.isInt)} -> ${literal(values[i]!, k.isInt)}${back}` +
        (drives ? ` (${drives})` : ""),
    ];
  });
  return [
    `Numeric ${stageNames[stage] ?? "polish"}: ${moves.length} of ${knobs.length} numbers changed, ${renders} small renders.`,
    `Photometric loss x1000 at 128 px: ${milli(loss.before)} -> ${milli(loss.after)} (noise ${milli(loss.noise)}).`,
    verdict(loss),
    "",
    ...moves,
  ].join("\n");
}

const ending = (loss: Losses): string =>
  `${loss.grain ? "another round gains nothing beyond noise" : "no number that was tried explains more"}: photometric loss x1000 at 128 px is ${milli(loss.before)}, ` +
  `noise ${milli(loss.noise)}. ${lastVerdict(loss)}`;

const enough = (loss: Losses, left: number): string =>
  `${(100 * (1 - left)).toFixed(1)} % of the difference is explained: photometric loss x1000 at 128 px is ` +
  `${milli(loss.before)}, noise ${milli(loss.noise)}; finer rounds would cost more than they bring.`;

/** The thought, with what was put back and why. */
function withPutBack(told: string, { hidden, crossed, unlike }: PutBack): string {
  const why = [
    ...(hidden.length > 0 ? [`what was gained hid or shrank them: ${hidden.join(", ")}`] : []),
    ...(crossed.length > 0 ? [`they came to stand in others: ${crossed.join(", ")}`] : []),
    ...(unlike ? ["shapes came out less like the target's"] : []),
  ];
  return why.length > 0 ? `${told}\n\nPut back, because ${why.join("; ")}.` : told;
}

export const account = { thought, ending, enough, putBack: withPutBack };
