import type { Part } from "../../../../bridge/models/contract.ts";
import { modeOf } from "../../../../config/modes/index.ts";
import type { Feedback, Round } from "../../../../machines/domain/index.ts";
import { sceneText } from "../../../../skills/blender/tools/scene/text.ts";
import { readDeckSummary } from "../../../../skills/slides/tools/deck/summary.ts";
import { deckText } from "../../../../skills/slides/tools/deck/text.ts";
import { readPage } from "../../../../skills/web/tools/page/summary.ts";
import { pageText } from "../../../../skills/web/tools/page/text.ts";
import type { Observation, PlayerIO } from "../../player.ts";
import { figure } from "../prompt/round-text.ts";
import { bounded } from "../tools/tool.ts";
import { changeText, fenced, givenChange, programText } from "./program-text.ts";

/** When not everything fits, what has the lowest number goes first; earlier verdicts begin with the oldest. */
const drop = { earlier: 6, scene: 30, thought: 45, words: 50, program: 55, change: 60 };
/** Most of what is told: characters of a line, of an earlier verdict, of a thought and of the scene; lines of each list. */
const most = { line: 400, earlier: 700, thought: 2000, scene: 6000, differences: 12, suggestions: 5 };

const text = (said: string, rank: number): Part => ({ type: "text", text: said, drop: rank });

/** A verdict's own lines, the gravest differences first. */
function wordsOf({ visual_difference, edit_suggestion, next_focus, disputed }: Feedback): string[] {
  const { critical, major, minor } = visual_difference;
  const differences = [
    ...critical.map((line) => `- critical: ${line}`),
    ...major.map((line) => `- major: ${line}`),
    ...minor.map((line) => `- minor: ${line}`),
  ];
  return [
    ...(differences.length === 0 ? ["You named no difference."] : differences.slice(0, most.differences)),
    ...edit_suggestion.slice(0, most.suggestions).map((line) => `You suggested: ${line}`),
    ...(next_focus === undefined ? [] : [`You asked for this next: ${next_focus}`]),
    ...(disputed ?? []).map(({ claim, evidence }) => `You said "${claim}", which measurement contradicts: ${evidence}`),
  ].map((line) => bounded(line, most.line));
}

const similarityOf = ({ overall_similarity: of }: Feedback): string =>
  of === undefined ? "" : ` You gave it a similarity of ${figure(of)}.`;

/** Verdicts before the last one, each in short, for a verifier that remembers a window. */
function earlierParts(earlier: readonly Round[]): Part[] {
  return earlier.flatMap(({ t, feedback }, index) => {
    if (feedback === null) return [];
    const said = bounded(wordsOf(feedback).join("\n"), most.earlier);
    return [
      text(`# What you said of round ${t}\n${similarityOf(feedback).trim()}\n${said}`, drop.earlier + index / 1000),
    ];
  });
}

function lastWords(previous: Round): Part[] {
  const { t, feedback } = previous;
  if (feedback === null) return [];
  const head = `# What you said of round ${t}, the last that you judged\n${similarityOf(feedback).trim()}`;
  return [text([head.trim(), ...wordsOf(feedback)].join("\n"), drop.words)];
}

/** What was done since the round judged before, or, for who remembers none, the diff that its author handed in. */
async function changeParts({ t, previous, program }: Observation, code: string, io: PlayerIO, room: number) {
  const before = previous?.program == null ? null : await io.text(previous.program.code);
  const since =
    previous === null || before === null
      ? givenChange(program?.code_diff ?? "", code, room)
      : changeText(before, code, room);
  const skipped = previous === null ? 0 : t - previous.t - 1;
  const between = skipped > 0 ? ` (${skipped} program${skipped === 1 ? "" : "s"} in between drew nothing)` : "";
  const title =
    previous === null || before === null
      ? "# The change that made this round's program"
      : `# What was done since round ${previous.t}${between}`;
  const thought = program?.thought.trim() ?? "";
  return {
    before,
    parts: [
      ...(thought === "" ? [] : [text(`# What its author thought\n${bounded(thought, most.thought)}`, drop.thought)]),
      ...(since === null ? [] : [text(`${title}\n${since}`, drop.change)]),
    ],
  };
}

async function programParts(observation: Observation, io: PlayerIO, room: number): Promise<Part[]> {
  const { t, task, program } = observation;
  if (program == null) return [];
  const { language, needs } = modeOf(task.mode);
  if (needs.start && program.code === task.start) {
    return [text("# The program of this round\nIt is the start program, as it stands above.", drop.program)];
  }
  const code = await io.text(program.code);
  const { before, parts } = await changeParts(observation, code, io, Math.floor(room / 2));
  const shown = fenced(programText(code, before, room), language);
  return [...parts, text(`# The program of round ${t}\n${shown}`, drop.program)];
}

/** A scene, a page or a deck in words; null where it is none. */
const whatStands = (scene: string): string | null =>
  sceneText(scene, most.scene) ?? pageText(readPage(scene), most.scene) ?? deckText(readDeckSummary(scene), most.scene);

/**
 * What a verifier is told of a round in words: what it said before and what was done about it, the author's thought, the
 * program, and what the scene holds.
 *
 * @param room tokens that the program may take; its diff may take half as many
 */
export async function roundParts(observation: Observation, io: PlayerIO, room: number): Promise<Part[]> {
  const { previous, earlier, state } = observation;
  const parts = [...earlierParts(earlier ?? []), ...(previous === null ? [] : lastWords(previous))];
  parts.push(...(await programParts(observation, io, room)));
  const scene = state.scene === undefined ? null : whatStands(await io.text(state.scene));
  if (scene !== null) parts.push(text(`# What the scene holds\n${scene}`, drop.scene));
  return parts;
}
