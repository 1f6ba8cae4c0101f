import type { ChatMessage, ImagePart, Part } from "../../../../bridge/models/contract.ts";
import type { Context, Measures, Round, Task } from "../../../../machines/domain/index.ts";
import type { PlayerIO } from "../../player.ts";
import type { Draft } from "../tools/generator-tools.ts";
import { measuredParts } from "./measured.ts";
import { errorText, feedbackText, measuredText, roundText } from "./round-text.ts";

/** How a generator's sight may be cut for a baseline: everything, the task alone, or task, program and last feedback. */
export type Sight = "full" | "one_shot" | "memoryless";

/** Drop order: the oldest round first, its pictures before its words; then the best round, the analysis, the plan. */
const dropBest = 1e6;
const dropAnalysis = 2e6;

/** An artifact as a picture part. */
export async function imagePart(io: PlayerIO, ref: string, label: string, drop?: number): Promise<ImagePart> {
  const bytes = await io.bytes(ref);
  const media = bytes[0] === 0xff ? "image/jpeg" : bytes[0] === 0x52 ? "image/webp" : "image/png";
  return { type: "image", bytes, media, label, ...(drop === undefined ? {} : { drop }) };
}

const text = (said: string, drop?: number): Part => ({
  type: "text",
  text: said,
  ...(drop === undefined ? {} : { drop }),
});

/** The picture of a start that no program draws: what there is so far, for both roles. */
export async function startPicture(task: Task, io: PlayerIO): Promise<Part[]> {
  if (task.start_image === undefined) return [];
  const said = "# The start picture\nHow things stand at the start. No program draws it: the first one should.";
  return [text(said), await imagePart(io, task.start_image, "start picture")];
}

async function taskParts(context: Context, io: PlayerIO): Promise<Part[]> {
  const { task } = context;
  const said = task.text.trim();
  const pictures = await Promise.all(
    task.targets.map((target) => imagePart(io, target.image, `target ${target.name}`)),
  );
  const head = text(`# Task\n${said === "" ? "Make the program's picture match the target." : said}`);
  return [
    head,
    ...pictures,
    ...(await startPicture(task, io)),
    ...(task.assets === undefined ? [] : [text(assetsText(task.assets.files))]),
  ];
}

/** Files named to a model at most; a folder of more holds variants that one list does not help to choose from. */
const mostAssets = 100;

function assetsText(files: readonly string[]): string {
  const rest = files.length > mostAssets ? [`and ${files.length - mostAssets} more beside them`] : [];
  return ["# Files that the program may load", ...files.slice(0, mostAssets).map((file) => `- ${file}`), ...rest].join(
    "\n",
  );
}

async function roundParts(round: Round, before: Measures | null, io: PlayerIO, drop: number): Promise<Part[]> {
  const renders = await Promise.all(
    round.state.renders.map((render) => imagePart(io, render.image, `round ${round.t} ${render.name}`, drop)),
  );
  return [text(roundText(round, before, io.measurement), drop + 0.5), ...renders];
}

async function history(context: Context, io: PlayerIO): Promise<Part[]> {
  const { rounds, best } = context;
  const parts: Part[] = [];
  if (best !== null && !rounds.some((round) => round.t === best.t)) {
    const older = await roundParts(best, null, io, dropBest);
    parts.push(text(`# The best round so far was round ${best.t}`, dropBest + 0.5), ...older);
  }
  let before: Measures | null = null;
  for (const [index, round] of rounds.entries()) {
    const latest = index === rounds.length - 1;
    const own = await roundParts(round, before, io, round.t);
    // What happened last is never left out: without it a generator would write blindly.
    parts.push(...(latest ? own.map(({ drop: _, ...part }) => part) : own));
    before = round.measures ?? before;
  }
  if (parts.length > 0 && best !== null)
    parts.push(text(`Best so far: round ${best.t}. ${measuredText(best.measures, null, io.measurement)}`));
  return parts;
}

function lastWord(context: Context): string[] {
  const last = context.rounds.at(-1);
  if (last === undefined) return [];
  if (!last.state.ok) return [`The current program failed. ${errorText(last.state.error)}`];
  return last.feedback ? [`Feedback on the current program:\n${feedbackText(last.feedback)}`] : [];
}

/**
 * The conversation's opening, as one message: task and targets, plan and analysis (which stay the same, so that a
 * provider's prompt cache knows them), the window's rounds, the best round, and the program to go on from. Its size grows with the window, never with the number of rounds.
 *
 * @param extra further instruction at its end (a candidate's own direction)
 */
export async function openingOf(draft: Draft, sight: Sight, extra: string | null): Promise<ChatMessage> {
  const { context, io, base, language } = draft;
  const parts = await taskParts(context, io);
  if (sight === "full") {
    if (context.plan) parts.push(text(`# Your plan\n${context.plan}`, dropAnalysis + 1));
    if (context.analysis) parts.push(text(`# The target, as a viewer described it\n${context.analysis}`, dropAnalysis));
    parts.push(...(await history(context, io)));
    parts.push(...(await measuredParts(context, io)));
  } else if (sight === "memoryless") {
    parts.push(...lastWord(context).map((line) => text(line)));
  }
  const lines = [`# Round ${context.t}`];
  if (base.code === "") lines.push("There is no program yet: write the first one.");
  else {
    const which = sight === "memoryless" ? "" : base.t === 0 ? " (the start program)" : ` (of round ${base.t})`;
    lines.push(`The current program${which}:\n\`\`\`${language}\n${base.code.trimEnd()}\n\`\`\``);
  }
  if (sight === "full" && context.note) lines.push(context.note);
  if (extra) lines.push(extra);
  lines.push(`Now write the program of round ${context.t}.`);
  return { role: "user", parts: [...parts, text(lines.join("\n\n"))] };
}
