import type { Feedback, Measurement } from "../../../../machines/domain/index.ts";
import { editText, figure, headText, resultText, type ToldRound } from "./round-text.ts";

/** Characters of a past round and of its parts; of its edit at least, whatever else it tells. */
const most = { round: 1400, thought: 260, result: 400, difference: 110 };
const leastEdit = 420;
/** Numbers that a solver moved and differences that a verifier named, beyond which they are counted. */
const named = { moves: 3, differences: 3 };

const cut = (text: string, length: number): string => {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length <= length ? line : `${line.slice(0, length - 3)}...`;
};

function saidText(feedback: Feedback): string {
  const { critical, major, minor } = feedback.visual_difference;
  const all = [...critical, ...major, ...minor];
  const said = all.slice(0, named.differences).map((line) => cut(line, most.difference));
  const rest = all.length - said.length;
  const similarity =
    feedback.overall_similarity === undefined ? "" : ` (${figure(feedback.overall_similarity)} of 100)`;
  const words = said.length === 0 ? "no difference" : `${said.join("; ")}${rest > 0 ? `; and ${rest} more` : ""}`;
  return `Said of it${similarity}: ${words}`;
}

/**
 * A round that others have followed, in about 1.4 kB: what was refined, the thought, the edit, the numbers and the gravest
 * that was said of it. The edit takes what the rest leaves.
 */
export function pastText(told: ToldRound, measurement: Measurement): string {
  const { program, feedback } = told.round;
  const before = [
    ...headText(told.round, named.moves),
    ...(program?.thought ? [`Thought: ${cut(program.thought, most.thought)}`] : []),
  ];
  const after = [cut(resultText(told, measurement), most.result), ...(feedback === null ? [] : [saidText(feedback)])];
  const used = [...before, ...after].reduce((sum, part) => sum + part.length + 1, 0);
  return [...before, ...editText(told, Math.max(leastEdit, most.round - used - 30)), ...after].join("\n");
}
