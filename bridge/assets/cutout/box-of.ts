import { z } from "zod";
import { fitness, wordsOf } from "../rank.ts";
import type { Box } from "../services/service.ts";

/** A place as fractions of a picture; what a model writes may be out by a little at its edges. */
const edge = z
  .number()
  .min(-0.02)
  .max(1.02)
  .transform((value) => Math.min(1, Math.max(0, value)));
const box = z.tuple([edge, edge, edge, edge]);
const described = z.looseObject({
  objects: z.array(z.looseObject({ name: z.string(), box: z.unknown().optional() })).default([]),
});

/** Room about a box that a model only estimates, as part of its sides. */
const room = 0.06;
/** A name that fits less well is another thing's. */
const enough = 0.7;

/** Where a thing is by the description of the target that a viewer wrote; null where that does not say. */
export function boxOf(name: string, analysis: string | null): Box | null {
  const found = objectsIn(analysis)
    .map((object) => ({
      ...object,
      worth: fitness(name, "", { name: wordsOf(object.name), tags: [], description: "" }),
    }))
    .filter(({ worth }) => worth >= enough)
    .sort((a, b) => b.worth - a.worth)
    .flatMap((object) => box.safeParse(object.box).data ?? []);
  const [left, top, right, bottom] = found;
  if (left === undefined || top === undefined || right === undefined || bottom === undefined) return null;
  if (right - left < 0.01 || bottom - top < 0.01) return null;
  const [dx, dy] = [room * (right - left), room * (bottom - top)];
  return {
    left: Math.max(0, left - dx),
    top: Math.max(0, top - dy),
    right: Math.min(1, right + dx),
    bottom: Math.min(1, bottom + dy),
  };
}

/** The description is JSON, bare or with words or a fence about it. */
function objectsIn(analysis: string | null): z.output<typeof described>["objects"] {
  const [start, end] = [analysis?.indexOf("{") ?? -1, analysis?.lastIndexOf("}") ?? -1];
  if (analysis === null || start < 0 || end < start) return [];
  try {
    return described.parse(JSON.parse(analysis.slice(start, end + 1))).objects;
  } catch {
    return [];
  }
}
