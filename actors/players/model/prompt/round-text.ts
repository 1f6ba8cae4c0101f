import type {
  Feedback,
  Measurement,
  Measures,
  MetricInfo,
  ProgramError,
  Round,
} from "../../../../machines/domain/index.ts";
import { bounded } from "../tools/tool.ts";

/** A number as a prompt shows it: three significant digits, no exponent for what people read. */
export function figure(value: number): string {
  if (value === 0) return "0";
  return Math.abs(value) >= 0.0001 ? String(Number(value.toPrecision(3))) : value.toExponential(1);
}

/** A metric's value with its label: "SSIM 0.993". */
function metricText({ name, label, digits, unit }: MetricInfo, metrics: Measures["metrics"]): string[] {
  const value = metrics[name];
  return value === undefined ? [] : [`${label} ${Number(value.toPrecision(digits))}${unit}`];
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
        : `, ${Math.abs(change).toFixed(1)} % ${change < 0 ? "better" : "worse"} than the round before`;
  }
  const others = metrics.filter(({ name }) => name !== loss.name);
  const beside = others.flatMap((info) =>
    metricText(info, now.metrics).map((text) => `; ${text} (${info.better} is better)`),
  );
  const viewText = ({ name, loss: of, metrics: own }: Measures["views"][number]) =>
    [`${name} ${loss.label} ${figure(of)}`, ...others.flatMap((info) => metricText(info, own))].join(", ");
  const views = now.views.length > 1 ? ` Per view: ${now.views.map(viewText).join("; ")}.` : "";
  const title = loss.title.charAt(0).toUpperCase() + loss.title.slice(1);
  return `${title} ${figure(now.loss)} (lower is better)${trend}${beside.join("")}.${views}`;
}

export function errorText(error: ProgramError | undefined): string {
  if (error === undefined) return "The program failed without saying why.";
  const where = error.line === undefined ? "" : ` in line ${error.line}`;
  const source = error.source === undefined ? "" : `\n    ${error.source.trim()}`;
  const hint = error.hint === undefined ? "" : `\nHint: ${error.hint}`;
  const kind = error.kind === "program" ? "" : ` (${error.kind})`;
  return `${error.type}${kind}${where}: ${error.message}${source}${hint}`;
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

/** Characters of a diff and of a log that a round in the window may take. */
const mostDiff = 5000;
const mostLog = 1200;

/** One round as a generator reads it: what was changed, what came of it, what was said of it. */
export function roundText(round: Round, before: Measures | null, measurement: Measurement): string {
  const { t, program, state } = round;
  const parts = [t === 0 ? "## The start" : `## Round ${t}`];
  if (program?.thought) parts.push(`Thought: ${bounded(program.thought, 800)}`);
  if (program?.code_diff) parts.push(`Change:\n\`\`\`diff\n${bounded(program.code_diff.trimEnd(), mostDiff)}\n\`\`\``);
  if (state.ok) parts.push(measuredText(round.measures, before, measurement));
  else parts.push(`The program failed. ${errorText(state.error)}`);
  const log = state.log.trim();
  if (!state.ok && log !== "") parts.push(`End of its log:\n${log.slice(-mostLog)}`);
  if (round.feedback) parts.push(`Feedback:\n${feedbackText(round.feedback)}`);
  return parts.join("\n");
}
