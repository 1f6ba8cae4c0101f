import type { Part } from "../../../../bridge/models/contract.ts";
import { modeOf } from "../../../../config/modes/index.ts";
import type { Observation, PlayerIO } from "../../player.ts";
import { imagePart, startPicture } from "../prompt/opening.ts";
import { bounded } from "../tools/tool.ts";
import { fenced, programText } from "./program-text.ts";

/** When not everything fits, what has the lowest number goes first (evidence.ts and round-section.ts have the others). */
const drop = { analysis: 20, startPictures: 21, startProgram: 22, plan: 35 };
/** Characters of what was written down once. */
const mostWords = { analysis: 5000, plan: 6000 };

const text = (said: string, rank?: number): Part => ({
  type: "text",
  text: said,
  ...(rank === undefined ? {} : { drop: rank }),
});

/**
 * What stays the same from round to round, and so begins every request: task and targets; where a program is edited, the
 * program of the start and what it draws; the target as described; last the plan, which may change.
 *
 * @param most tokens that the start program may take
 */
export async function settledParts(observation: Observation, io: PlayerIO, most: number): Promise<Part[]> {
  const { task, analysis, plan } = observation;
  const said = task.text.trim();
  const parts: Part[] = [text(`# Task\n${said === "" ? "The render should match the target." : said}`)];
  for (const target of task.targets) parts.push(await imagePart(io, target.image, `target ${target.name}`));
  parts.push(...(await startPicture(task, io)), ...(await startParts(observation, io, most)));
  if (analysis !== null) {
    const described = bounded(analysis, mostWords.analysis);
    parts.push(text(`# The target as described before round 1\n${described}`, drop.analysis));
  }
  if (plan) parts.push(text(`# The plan of the program's author\n${bounded(plan, mostWords.plan)}`, drop.plan));
  return parts;
}

async function startParts({ task, start }: Observation, io: PlayerIO, most: number): Promise<Part[]> {
  const { needs, language } = modeOf(task.mode);
  if (!needs.start || task.start === null) return [];
  const code = fenced(programText(await io.text(task.start), null, most), language);
  const pictures = await Promise.all(
    (start?.renders ?? []).map(({ name, image }) => imagePart(io, image, `start ${name}`, drop.startPictures)),
  );
  return [text(`# The start program, which is to be edited\n${code}`, drop.startProgram), ...pictures];
}
