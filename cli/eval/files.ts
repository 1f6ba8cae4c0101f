import { picks } from "../../evaluators/aggregate/scored.ts";
import { csvCell, markdownCell, markdownTable } from "../table-text.ts";
import type { Evaluation } from "./evaluate.ts";
import { tablesOf } from "./tables.ts";

/** What the columns of the first tables are. */
export const legend =
  "start: the start state. chosen: the round that the run chose, without ground truth. oracle: the best round by each metric " +
  "itself, which only whoever knows the goal can choose. These three by the loop's previews. final: the chosen one at final " +
  "quality. gain: chosen against start. ↓: lower is better, ↑: higher. In brackets 95 % intervals by bootstrap over tasks; means are over scored runs only.";

/** The tables as one Markdown page. */
export function markdownOf(evaluation: Evaluation): string {
  const { mode, out, made, tasks, notes, seed } = evaluation;
  const tables = tablesOf(evaluation).map(({ title, note, rows: [head = [], ...rows] }) =>
    [
      `## ${markdownCell(title)}`,
      ...(note === undefined ? [] : ["", markdownCell(note)]),
      "",
      ...markdownTable(head, rows),
    ].join("\n"),
  );
  const intro = `${tasks.length} runs of ${markdownCell(out)}, scored again ${made.slice(0, 16).replace("T", " ")} UTC (seed ${seed}). ${legend}`;
  return `${[`# ${mode}`, intro, ...notes.map((note) => `- ${markdownCell(note)}`), ...tables].join("\n\n")}\n`;
}

/** One line a run and metric: what a spreadsheet or a statistics program reads. */
export function csvOf({ tasks, metrics }: Evaluation): string {
  const head = ["task", "group", "dir", "outcome", "reason", "rounds", "executed", "chosen_t", "metric", ...picks];
  const lines = tasks.flatMap((task) => {
    const { id, group, dir, outcome, reason, rounds, executed, chosenT, numbers } = task;
    const common = [id, group, dir, outcome, reason, rounds, executed, chosenT];
    const measured = metrics.map(({ name }) => [
      ...common,
      name,
      ...picks.map((pick) => numbers[pick]?.[name] ?? null),
    ]);
    // A run without numbers keeps its line, so that no table loses it.
    return metrics.length === 0 ? [[...common, "", null, null, null, null]] : measured;
  });
  return [head, ...lines].map((line) => `${line.map(csvCell).join(",")}\r\n`).join("");
}
