import type { ChatMessage, ImagePart, Part } from "../../../../bridge/models/contract.ts";
import type { Context, Measures, PinnedAsset, Round, Task } from "../../../../machines/domain/index.ts";
import { stageText } from "../../../../prompts/stage.ts";
import type { PlayerIO } from "../../player.ts";
import type { Draft } from "../tools/generator-tools.ts";
import { measuredParts } from "./measured.ts";
import { pastText } from "./past-round.ts";
import { programPart, programsOf } from "./programs.ts";
import { errorText, feedbackText, measuredText, noiseText, roundText } from "./round-text.ts";

/** How a generator's sight may be cut for a baseline: everything, the task alone, or task, program and last feedback. */
export type Sight = "full" | "one_shot" | "memoryless";

/**
 * Drop order: the start program where others show what is made of it, the oldest round, its pictures before its words; then
 * the best round and its program, the analysis, the plan.
 */
const dropStart = -1;
const dropBest = 1e6;
const dropAnalysis = 2e6;

/** Pictures of past rounds at most, the newest; the best round's come beside them. */
const mostPictures = 24;

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
    ...(task.given === undefined ? [] : [text(givenText(task.given))]),
    ...(context.assets === undefined ? [] : [text(pinnedText(context.assets))]),
    ...(task.assets === undefined ? [] : [text(assetsText(task.assets.files))]),
  ];
}

/** Never left out: a generator that does not know of it throws away what was paid for. */
function givenText(files: readonly string[]): string {
  const said = "# The given scene\nA service made it of the target; the start program loads it and shows how.";
  return `${said} Every program must keep loading it: move, scale and repaint its things, add what is missing.\n${files.map((file) => `- ${file}`).join("\n")}`;
}

/** Never left out: what was fetched would be fetched, and paid for, again. */
function pinnedText(assets: readonly PinnedAsset[]): string {
  const lines = assets.map(({ name, path, about }) => `- ${name}: ${path}${about === "" ? "" : ` (${about})`}`);
  return ["# Models that were fetched; programs may load them", ...lines].join("\n");
}

/** Files named to a model at most; a folder of more holds variants that one list does not help to choose from. */
const mostAssets = 100;

function assetsText(files: readonly string[]): string {
  const rest = files.length > mostAssets ? [`and ${files.length - mostAssets} more beside them`] : [];
  return ["# Files that the program may load", ...files.slice(0, mostAssets).map((file) => `- ${file}`), ...rest].join(
    "\n",
  );
}

interface Shown {
  round: Round;
  before: Measures | null;
  drop: number;
  /** Told at length: the next program answers to it. */
  whole: boolean;
  pictures: boolean;
}

async function roundParts({ round, before, drop, whole, pictures }: Shown, io: PlayerIO): Promise<Part[]> {
  const renders = pictures ? round.state.renders : [];
  const images = await Promise.all(
    renders.map((render) => imagePart(io, render.image, `round ${round.t} ${render.name}`, drop)),
  );
  const code = round.program === null ? "" : await io.text(round.program.code);
  const told = (whole ? roundText : pastText)({ round, before, code }, io.measurement);
  return [text(told, drop + 0.5), ...images];
}

async function history({ rounds, best }: Context, io: PlayerIO): Promise<Part[]> {
  const parts: Part[] = [];
  if (best !== null && !rounds.some((round) => round.t === best.t)) {
    const shown = { round: best, before: null, drop: dropBest, whole: false, pictures: true };
    const older = await roundParts(shown, io);
    parts.push(text(`# The best round so far was round ${best.t}`, dropBest + 0.5), ...older);
  }
  let before: Measures | null = null;
  let left = rounds.reduce((sum, { state }) => sum + state.renders.length, 0);
  const judged = rounds.findLast(({ feedback }) => feedback !== null);
  for (const round of rounds) {
    const latest = round === rounds.at(-1);
    const shown = { before, drop: round.t, whole: latest || round === judged, pictures: left <= mostPictures };
    const own = await roundParts({ round, ...shown }, io);
    // What happened last is never left out: without it a generator would write blindly.
    parts.push(...(latest ? own.map(({ drop: _, ...part }) => part) : own));
    before = round.measures ?? before;
    left -= round.state.renders.length;
  }
  if (parts.length > 0 && best !== null) {
    const told = measuredText(best.measures, null, io.measurement);
    parts.push(text([`Best so far: round ${best.t}. ${told}`, ...noiseText(best.measures, io.measurement)].join("\n")));
  }
  return parts;
}

function lastWord(context: Context): string[] {
  const last = context.rounds.at(-1);
  if (last === undefined) return [];
  if (!last.state.ok) return [`The current program failed. ${errorText(last.state.error)}`];
  return last.feedback ? [`Feedback on the current program:\n${feedbackText(last.feedback)}`] : [];
}

/**
 * The conversation's opening, as one message: task and targets, plan, analysis and start program (which stay the same, so
 * that a provider's prompt cache knows them), the window's rounds, the best program where it is not the one to go on from,
 * and that one. Its size grows with the window, never with the number of rounds.
 *
 * @param extra further instruction at its end (a candidate's own direction)
 */
export async function openingOf(draft: Draft, sight: Sight, extra: string | null): Promise<ChatMessage> {
  const { context, io } = draft;
  const parts = await taskParts(context, io);
  const lines = [`# Round ${context.t}`];
  if (sight === "full") {
    const programs = await programsOf(draft);
    if (context.plan) parts.push(text(`# Your plan\n${context.plan}`, dropAnalysis + 1));
    if (context.analysis) parts.push(text(`# The target, as a viewer described it\n${context.analysis}`, dropAnalysis));
    parts.push(...programPart(programs.start, programs.startNeeded ? undefined : dropStart));
    parts.push(...(await history(context, io)));
    parts.push(...(await measuredParts(context, io)));
    parts.push(...programPart(programs.best, dropBest + 0.75));
    lines.push(programs.current);
    if (context.note) lines.push(context.note);
  } else {
    if (sight === "memoryless") parts.push(...lastWord(context).map((line) => text(line)));
    lines.push(onlyProgram(draft));
  }
  if (context.stage !== undefined) lines.push(stageText(context.stage, "generator"));
  if (extra) lines.push(extra);
  lines.push(`Now write the program of round ${context.t}.`);
  return { role: "user", parts: [...parts, text(lines.join("\n\n"))] };
}

/** The program to go on from, for who is shown no other. */
function onlyProgram({ base, language }: Draft): string {
  if (base.code === "") return "There is no program yet: write the first one.";
  return `The current program:\n\`\`\`${language}\n${base.code.trimEnd()}\n\`\`\``;
}
