import { z } from "zod";
import { protocolTool } from "../tools/definitions.ts";
import type { OfferedTool } from "../tools/tool.ts";

/** Aspects by which a difference may be told instead of by its gravity, as models have them from the paper. */
const aspect = /^(?:camera|objects|layout|environment|light(?:s|ing)?|background|animation|motion)$/i;

const holds = (value: unknown): value is object => value !== null && typeof value === "object";

/** A list of lines out of what models write where a list is asked for: lists, bullets, objects with several keys. */
function toLines(value: unknown): unknown {
  if (value === null || value === undefined) return [];
  if (typeof value === "string") return underHeadings(value.split(/\n+/));
  if (Array.isArray(value)) return value.flatMap((item) => toLines(item));
  if (typeof value !== "object") return value;
  const entries = Object.entries(value);
  if (entries.some(([key, item]) => aspect.test(key) || holds(item))) {
    return entries.flatMap(([key, item]) => named(key, toLines(item)));
  }
  return [
    Object.values(value)
      .filter((item) => typeof item === "string" || typeof item === "number")
      .join(": "),
  ];
}

/** Lines with what they are about before them. */
function named(key: string, lines: unknown): unknown[] {
  return [lines].flat().map((line) => (typeof line === "string" ? `${key.toLowerCase()}: ${line}` : line));
}

/** Lines without bullets and without those that say nothing; a line that is but the name of an aspect heads the next ones. */
function underHeadings(lines: readonly string[]): string[] {
  let heading: string | null = null;
  return lines.flatMap((line) => {
    // Amounts are no bullets: "-15 degrees", "0.3 m".
    const text = line.replace(/^\s*(?:[-*•#]+(?![\d.])|\d+[.)](?!\d))\s*/, "").trim();
    const name = text.replace(/^\*+|[:*]+$/g, "").trim();
    if (aspect.test(name)) {
      heading = name.toLowerCase();
      return [];
    }
    if (text === "" || /^(?:none|n\/a|nothing)\.?$/i.test(text)) return [];
    return [heading === null ? text : `${heading}: ${text}`];
  });
}

/** The three lists; what stands under another key (an aspect) counts as major. */
function toDifference(value: unknown): unknown {
  if (typeof value === "string" || Array.isArray(value)) return { major: toLines(value) };
  if (!holds(value)) return value ?? {};
  const { critical, major, minor, ...rest } = value as Record<string, unknown>;
  const more = Object.entries(rest).flatMap(([key, item]) => named(key, toLines(item)));
  return { critical, major: more.length === 0 ? major : [toLines(major), more].flat(2), minor };
}

/** A verdict that tells its differences by aspect beside the lists instead of in them. */
function withAspects(value: unknown): unknown {
  if (!holds(value) || Array.isArray(value)) return value;
  const found = Object.entries(value).filter(([key]) => aspect.test(key));
  if (found.length === 0) return value;
  const { visual_difference: lists, ...rest } = value as Record<string, unknown>;
  const given = holds(lists) && !Array.isArray(lists) ? lists : lists === undefined ? {} : { major: toLines(lists) };
  return { ...rest, visual_difference: { ...given, ...Object.fromEntries(found) } };
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

const verdict = z
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

/** What a verifier hands in, read tolerantly. */
export const verdictSchema = z.preprocess(withAspects, verdict);
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
