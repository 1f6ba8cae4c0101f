import type { Feedback, Measurement, Measures, Program, Refined } from "../machines/domain/index.ts";
import { refinedLine } from "./refined.ts";
import { metricsText } from "./text.ts";

const list = (title: string, items: readonly string[], level = "##"): string[] =>
  items.length === 0 ? [] : ["", `${level} ${title}`, "", ...items.map((item) => `- ${item.replaceAll("\n", "\n  ")}`)];

/** A fence longer than any run of backticks inside, so that hostile text cannot end it. */
function fenced(text: string, language: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map((run) => run[0].length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text.trimEnd()}\n${fence}`;
}

/** What a solver did after the program was written: its own heading, so that nobody takes it for its writer's. */
function refinedPart(refined: Refined): string[] {
  const lines = refined.changes.map(({ line, label, from, to }) => `line ${line}, ${label}: ${from} -> ${to}`);
  const rest = refined.moved - lines.length;
  const moves = [...lines, ...(rest > 0 ? [`and ${rest} more`] : [])];
  const head = ["", `## Refined by ${refined.by}`, "", `${refinedLine(refined)}.`];
  return [...head, ...list("Numbers it moved, the largest moves first", moves, "###")];
}

/** generator_thoughts/<t>.md: why the program is as it is and what its writer changed; what a solver changed, apart. */
export function generatorThoughts({ t, thought, code_diff, refined }: Program): string {
  const words = thought.trim() || "(no thought given)";
  const diff = code_diff.trim() === "" ? [] : ["", "## Change", "", fenced(code_diff, "diff")];
  const own = refined === undefined ? [words, ...diff] : ["## Written by the generator", "", words, ...diff];
  return `${[`# Round ${t}`, "", ...own, ...(refined === undefined ? [] : refinedPart(refined))].join("\n")}\n`;
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
