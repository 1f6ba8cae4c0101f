import { shortDiff, wholeProgram } from "../../../../bridge/text/short-diff.ts";
import {
  type Feedback,
  type Measurement,
  type Measures,
  metricText,
  type ProgramError,
  type Round,
} from "../../../../machines/domain/index.ts";
import { bounded } from "../tools/tool.ts";
import { figure } from "./figure.ts";
import { refinedText } from "./refined-text.ts";

export { figure };

/** What the grain of a preview hides; empty where drawing is exact. */
export function noiseText(measures: Measures | null, { loss }: Measurement): string[] {
  const { noise = 0, floor = 0 } = measures ?? {};
  if (noise === 0) return [];
  const grain =
    floor > 0 ? ` About ${figure(floor)} of every ${loss.label} is grain, which no program takes away.` : "";
  return [`Noise of a preview: ${figure(noise)} ${loss.label}; smaller differences say nothing.${grain}`];
}

/** Measures in words, and against those of the round before. */
export function measuredText(now: Measures | null, before: Measures | null, { loss, metrics }: Measurement): string {
  if (now === null) return "Not measured (no target picture).";
  let trend = "";
  if (before !== null && before.loss > 0) {
    const change = (100 * (now.loss - before.loss)) / before.loss;
    trend =
      Math.abs(change) < 0.05
        ? ", as before"
        : Math.abs(now.loss - before.loss) < now.noise
          ? ", as the round before within noise"
          : `, ${Math.abs(change).toFixed(1)} % ${change < 0 ? "better" : "worse"} than the round before`;
  }
  const others = metrics.filter(({ name }) => name !== loss.name);
  const beside = others.flatMap((info) =>
    [metricText(info, now.metrics)].flatMap((text) => (text === null ? [] : [`; ${text} (${info.better} is better)`])),
  );
  const viewText = ({ name, loss: of, metrics: own }: Measures["views"][number]) =>
    [`${name} ${loss.label} ${figure(of)}`, ...others.flatMap((info) => metricText(info, own) ?? [])].join(", ");
  const views = now.views.length > 1 ? ` Per view: ${now.views.map(viewText).join("; ")}.` : "";
  const title = loss.title.charAt(0).toUpperCase() + loss.title.slice(1);
  const said = (now.differences ?? []).map(({ text }) => `\n- ${text}`).join("");
  return `${title} ${figure(now.loss)} (lower is better)${trend}${beside.join("")}.${views}${said}`;
}

function wrongText({ type, message, line, source, hint }: Omit<ProgramError, "kind" | "more">, kind = ""): string {
  const where = line === undefined ? "" : ` in line ${line}`;
  const shown = source === undefined ? "" : `\n    ${source.trim()}`;
  return `${type}${kind}${where}: ${message}${shown}${hint === undefined ? "" : `\nHint: ${hint}`}`;
}

/** A program's error, with those that it would have met after it. */
export function errorText(error: ProgramError | undefined): string {
  if (error === undefined) return "The program failed without saying why.";
  const first = wrongText(error, error.kind === "program" ? "" : ` (${error.kind})`);
  if (error.more === undefined || error.more.length === 0) return first;
  const others = error.more.map((one) => `- ${wrongText(one)}`);
  return `${first}\nFurther errors that it would meet, found by running on after each:\n${others.join("\n")}`;
}

/** Feedback as a generator reads it. What measurement contradicts comes with the evidence, so that nobody acts on it. */
export function feedbackText(feedback: Feedback): string {
  const { critical, major, minor } = feedback.visual_difference;
  const list = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `- ${line}`)];
  const disputed = (feedback.disputed ?? []).map(({ claim, evidence }) => `"${claim}" - but ${evidence}`);
  const lines = [
    ...list("Critical differences", critical),
    ...list("Major differences", major),
    ...list("Minor differences", minor),
    ...list("Suggested edits", feedback.edit_suggestion),
    ...list("Said by the verifier and contradicted by measurement; trust the measurement", disputed),
    ...(feedback.overall_similarity === undefined
      ? []
      : [`Overall similarity: ${figure(feedback.overall_similarity)} of 100`]),
    ...(feedback.next_focus === undefined ? [] : [`Next focus: ${feedback.next_focus}`]),
  ];
  return lines.length === 0 ? "The verifier found no difference." : lines.join("\n");
}

/** Characters of a diff, of a thought and of a log, and moved numbers, that the round before may take. */
const most = { diff: 5000, thought: 800, log: 1200, moves: 20 };

/** A round, what was measured before it, and the text of its program. */
export interface ToldRound {
  round: Round;
  before: Measures | null;
  code: string;
}

/** A round's heading and what a solver made of its program: what stands first and is never cut. */
export function headText({ t, program }: Round, moves: number): string[] {
  const title = t === 0 ? "## The start" : `## Round ${t}`;
  return program?.refined === undefined ? [title] : [title, refinedText(program.refined, moves)];
}

/** A round's own edit in at most `most` characters; a whole program is named, never shown as a diff. */
export function editText({ round, code }: ToldRound, most: number): string[] {
  const diff = round.program?.code_diff ?? "";
  if (diff.trim() === "") return [];
  const whole = wholeProgram(diff, code);
  if (whole === null) return [`Change:\n\`\`\`diff\n${shortDiff(diff, most)}\n\`\`\``];
  const { first, added, removed } = whole;
  return [`Change: ${first ? `first program, ${added} lines` : `written anew, ${added} lines for ${removed}`}.`];
}

/** What came of a round: its measures, or how it failed. */
export function resultText({ round, before }: ToldRound, measurement: Measurement): string {
  const { state, measures } = round;
  return state.ok ? measuredText(measures, before, measurement) : `The program failed. ${errorText(state.error)}`;
}

/** The round before as a generator reads it: what was refined, thought and changed, what came of it, what was said of it. */
export function roundText(told: ToldRound, measurement: Measurement): string {
  const { program, state, feedback } = told.round;
  const log = state.log.trim();
  return [
    ...headText(told.round, most.moves),
    ...(program?.thought ? [`Thought: ${bounded(program.thought, most.thought)}`] : []),
    ...editText(told, most.diff),
    resultText(told, measurement),
    ...(!state.ok && log !== "" ? [`End of its log:\n${log.slice(-most.log)}`] : []),
    ...(feedback ? [`Feedback:\n${feedbackText(feedback)}`] : []),
  ].join("\n");
}
