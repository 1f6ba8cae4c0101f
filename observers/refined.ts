import { z } from "zod";
import type { Program, Refined } from "../machines/domain/index.ts";
import { lossText, spanText } from "./text.ts";

/** How far a solver has come with a program's numbers. */
export interface Refining {
  t: number;
  candidate: number;
  renders: number;
  /** Photometric loss before and now, in the solver's own small pictures; null where it has not measured it yet. */
  before: number | null;
  now: number | null;
  /** Whether `now` is of pictures that are smaller and noisier still. */
  rough: boolean;
}

const change = (before: number | null, after: number | null, rough = false): string[] => {
  if (before === null) return [];
  const figure = rough && after !== null ? `about ${Number(after.toPrecision(2))}` : lossText(after);
  return [`PL ${lossText(before)}${after === null || after === before ? "" : ` -> ${figure}`}`];
};

/** "round 3 refining: 412 renders, PL 0.0213 -> 0.0196", or "about 0.02" where a stage is under way. */
export function refiningText({ t, candidate, renders, before, now, rough }: Refining): string {
  const which = candidate === 0 ? "" : ` candidate ${candidate + 1}`;
  return `round ${t} refining${which}: ${[`${renders} renders`, ...change(before, now, rough)].join(", ")}`;
}

/** What a player notes of its progress. */
export const progressData = z.object({
  text: z.string().optional(),
  step: z.string().optional(),
  stage: z.number().optional(),
  renders: z.number().optional(),
  fraction: z.number().nullish(),
  loss: z.number().nullish(),
  /** Of a solver that refines a candidate of round `t`. */
  refining: z.boolean().optional(),
  t: z.number().int().optional(),
  candidate: z.number().int().optional(),
  loss_before: z.number().nullish(),
  rough: z.boolean().optional(),
  /** Of a slot that draws an animation. */
  frames: z.object({ drawn: z.int(), of: z.int().positive() }).optional(),
});

export interface Progress {
  text: string;
  fraction: number | null;
  loss: number | null;
  refining: Refining | null;
  /** It is of an animation's frames. */
  drawing?: true;
}

export function progressOf({ step, stage, t, frames, ...data }: z.output<typeof progressData>): Progress {
  if (frames !== undefined) {
    const text = `drawing the animation: frame ${frames.drawn} of ${frames.of}`;
    return { text, fraction: Math.min(1, frames.drawn / frames.of), loss: null, refining: null, drawing: true };
  }
  const { fraction = null, loss = null, renders, candidate = 0, loss_before: before = null, rough = false } = data;
  const told = { candidate, renders: renders ?? 0, before, now: loss, rough };
  const refining = data.refining === true && t !== undefined ? { t, ...told } : null;
  const parts = [
    ...(stage === undefined ? [] : [`stage ${stage}`]),
    ...(step === undefined ? [] : [step]),
    ...(renders === undefined ? [] : [`${renders} renders`]),
  ];
  return {
    text: data.text ?? (refining === null ? parts.join(", ") : refiningText(refining)),
    fraction,
    loss,
    refining,
  };
}

/** What a solver did to a program in one line: "9 numbers moved, PL 0.0213 -> 0.0196, 2 min 35 s". */
export function refinedLine({ moved, kept, limits, seconds, loss_before, loss_after }: Refined): string {
  const done =
    kept === undefined ? `${moved} ${moved === 1 ? "number" : "numbers"} moved` : `no number moved (${kept})`;
  const held = limits === undefined ? [] : [`held to: ${limits}`];
  return [done, ...change(loss_before, loss_after), spanText(seconds), ...held].join(", ");
}

/** Seconds that a program took beyond its own execution and pictures. */
export const refinedSeconds = (program: Program | null): number => program?.refined?.seconds ?? 0;
