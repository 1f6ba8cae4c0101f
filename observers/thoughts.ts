import type { Feedback, Measurement, Measures, Program } from "../machines/domain/index.ts";
import { metricsText } from "./text.ts";

const list = (title: string, items: readonly string[]): string[] =>
  items.length === 0 ? [] : ["", `## ${title}`, "", ...items.map((item) => `- ${item.replaceAll("\n", "\n  ")}`)];

/** A fence longer than any run of backticks inside, so that hostile text cannot end it. */
function fenced(text: string, language: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map((run) => run[0].length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text.trimEnd()}\n${fence}`;
}

/** generator_thoughts/<t>.md: why the program is as it is, and what changed in it. */
export function generatorThoughts(program: Program): string {
  const diff = program.code_diff.trim() === "" ? [] : ["", "## Change", "", fenced(program.code_diff, "diff")];
  return `${[`# Round ${program.t}`, "", program.thought.trim() || "(no thought given)", ...diff].join("\n")}\n`;
}

/** verifier_thoughts/<t>.md: what was seen, what differs, what to do. */
export function verifierThoughts(
  t: number,
  feedback: Feedback,
  measures: Measures | null,
  measurement: Measurement | null,
): string {
  const { critical, major, minor } = feedback.visual_difference;
  const facts = [
    ...(measures === null ? [] : [metricsText(measures.metrics, measurement)]),
    ...(feedback.overall_similarity === undefined
      ? []
      : [`similarity ${feedback.overall_similarity.toFixed(1)} of 100`]),
    ...(feedback.next_focus === undefined ? [] : [`next: ${feedback.next_focus}`]),
  ];
  return `${[
    `# Round ${t}`,
    ...(facts.length === 0 ? [] : ["", facts.join(" | ")]),
    "",
    feedback.thought.trim() || "(no thought given)",
    ...list("Critical", critical),
    ...list("Major", major),
    ...list("Minor", minor),
    ...list("Suggested edits", feedback.edit_suggestion),
    ...list(
      "Disputed by measurement",
      (feedback.disputed ?? []).map(({ claim, evidence }) => `"${claim}": ${evidence}`),
    ),
  ].join("\n")}\n`;
}
