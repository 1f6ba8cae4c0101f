import { z } from "zod";
import type { Difference } from "../../machines/domain/index.ts";

const kinds = ["overflow", "overlap", "contrast", "leaves_slide"] as const;

/** What is read of a slide in scene.json: what stands on it, and what the engine found wrong, measured in the office's own layout. */
export const checkedSlide = z.looseObject({
  shapes: z.array(z.looseObject({ kind: z.string() })),
  faults: z.array(z.object({ check: z.enum(kinds), text: z.string(), part: z.number().min(0).max(1) })),
});

/** What can be told of a slide without a target, each 0 (nothing wrong) to 1. */
export interface SlideChecks {
  /** Part of the room that the texts need which their boxes do not have. */
  overflow: number;
  /** Part of the texts' area that other texts or what comes later cover. */
  overlap: number;
  /** Part of the letters that stand out too little from what is behind them. */
  contrast: number;
  /** Part of the area of texts and pictures that lies beyond the slide's edges. */
  leaving: number;
}

export interface CheckedSlide {
  checks: SlideChecks;
  /** Mean of the four; 1 for an empty slide. */
  loss: number;
  differences: Difference[];
}

/** Kinds of shapes that make a slide more than a coloured sheet. */
const contents: ReadonlySet<string> = new Set(["text", "picture", "table", "chart", "media"]);

/** Sums up what the engine found on one slide. */
export function checkSlide({ shapes, faults }: z.output<typeof checkedSlide>): CheckedSlide {
  if (!shapes.some(({ kind }) => contents.has(kind))) {
    const checks = { overflow: 1, overlap: 1, contrast: 1, leaving: 1 };
    return { checks, loss: 1, differences: [{ text: "the slide shows no text and no picture", loss: 1 }] };
  }
  const sum = (kind: (typeof kinds)[number]) =>
    faults.reduce((total, { check, part }) => Math.min(1, total + (check === kind ? part : 0)), 0);
  const checks = {
    overflow: sum("overflow"),
    overlap: sum("overlap"),
    contrast: sum("contrast"),
    leaving: sum("leaves_slide"),
  };
  const loss = (checks.overflow + checks.overlap + checks.contrast + checks.leaving) / 4;
  const differences = faults.map(({ text, part }) => ({ text, loss: part / 4 })).sort((a, b) => b.loss - a.loss);
  return { checks, loss, differences: differences.slice(0, 10) };
}
