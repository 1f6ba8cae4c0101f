import { z } from "zod";
import { protocolTool } from "../tools/definitions.ts";
import type { OfferedTool } from "../tools/tool.ts";

/** A list of lines out of what models write where a list is asked for: lists, bullets, objects with several keys. */
function toLines(value: unknown): unknown {
  if (value === null || value === undefined) return [];
  if (typeof value === "string") {
    return value
      .split(/\n+/)
      .map((line) => line.replace(/^\s*(?:[-*•]|\d+[.)])\s*/, "").trim())
      .filter((line) => line !== "" && !/^(?:none|n\/a|nothing)\.?$/i.test(line));
  }
  if (Array.isArray(value)) return value.flatMap((item) => toLines(item));
  if (typeof value === "object") {
    return [
      Object.values(value)
        .filter((item) => typeof item === "string" || typeof item === "number")
        .join(": "),
    ];
  }
  return value;
}

function toDifference(value: unknown): unknown {
  const plain = typeof value === "string" || Array.isArray(value);
  return plain ? { major: toLines(value) } : (value ?? {});
}

/** 75, "75", "75 %", "75/100", "7.5/10", 0.75; anything else is left for the check to refuse. */
function toSimilarity(value: unknown): unknown {
  if (value === null || value === "") return undefined;
  const said = typeof value === "string" ? /^\s*~?(\d+(?:\.\d+)?)\s*(%|\/\s*(\d+))?/.exec(value) : null;
  if (said) {
    const number = Number(said[1]);
    if (said[2] === undefined) return toSimilarity(number);
    const of = said[3] === undefined ? 100 : Number(said[3]);
    return of === 0 ? value : (100 * number) / of;
  }
  // A fraction: nobody means less than one point in a hundred.
  return typeof value === "number" && value > 0 && value < 1 ? value * 100 : value;
}

const lines = z.preprocess(toLines, z.array(z.string().max(2000)).max(40));

/** What a verifier hands in, read tolerantly. */
export const verdictSchema = z
  .object({
    visual_difference: z.preprocess(
      toDifference,
      z.object({ critical: lines.default([]), major: lines.default([]), minor: lines.default([]) }),
    ),
    edit_suggestion: lines.default([]),
    overall_similarity: z.preprocess(toSimilarity, z.number().min(0).max(100).optional()),
    next_focus: z.preprocess(
      (value) => (Array.isArray(value) ? value.join("; ") : value === null ? undefined : value),
      z.string().max(2000).optional(),
    ),
  })
  .refine(
    ({ visual_difference: { critical, major, minor }, edit_suggestion, overall_similarity }) =>
      critical.length + major.length + minor.length + edit_suggestion.length > 0 || overall_similarity !== undefined,
    { message: "give visual_difference, edit_suggestion and overall_similarity", path: ["visual_difference"] },
  );
export type Verdict = z.output<typeof verdictSchema>;

/** The verifier's `end_process`: its arguments are the verdict. */
export function endObservation(): OfferedTool<Verdict> {
  return protocolTool(
    "end_process",
    "verifier",
    async (args) => ({ kind: "final", result: verdictSchema.parse(args) }),
    { accepts: verdictSchema },
  );
}
