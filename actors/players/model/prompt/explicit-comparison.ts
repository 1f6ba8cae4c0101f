import type { Part } from "../../../../bridge/models/contract.ts";
import { pairViews } from "../../../../evaluators/photometric.ts";
import type { Context } from "../../../../machines/domain/index.ts";
import type { PlayerIO } from "../../player.ts";
import { imagePart } from "./opening.ts";

/** Views that are compared at most: each costs three pictures. */
const mostViews = 2;

/**
 * Target, last and last but one render side by side in one message, with the direct question whether they approach the
 * target. Nothing before two programs have drawn a view that has a target.
 */
export async function comparisonParts(context: Context, io: PlayerIO): Promise<Part[]> {
  const drawn = context.rounds.filter(({ state }) => state.ok && state.renders.length > 0);
  const [before, last] = drawn.slice(-2);
  if (before === undefined || last === undefined) return [];
  const { targets } = context.task;
  const older = pairViews(before.state.renders, targets);
  const parts: Part[] = [];
  for (const { name, image, target } of pairViews(last.state.renders, targets).slice(0, mostViews)) {
    const old = older.find((view) => view.name === name);
    if (old === undefined) continue;
    parts.push(
      await imagePart(io, target, `compare ${name}: the target`),
      await imagePart(io, old.image, `compare ${name}: round ${before.t}, the last but one`),
      await imagePart(io, image, `compare ${name}: round ${last.t}, the last`),
    );
  }
  if (parts.length === 0) return [];
  const question = [
    "# Are you approaching the target?",
    `Compare the target with round ${before.t} and round ${last.t} below. Is round ${last.t} nearer to it than round ${before.t}: in view, places, shapes, colours, light? Say it in your thought. If it is not, do not go on in the same direction.`,
  ].join("\n");
  return [{ type: "text", text: question }, ...parts];
}
