import { picks } from "../../evaluators/aggregate/scored.ts";
import type { Evaluation } from "./evaluate.ts";
import { tablesOf } from "./tables.ts";

/** What the columns of the first tables are. */
export const legend =
  "start: the start state. chosen: the round that the run chose, without ground truth. oracle: the best round by each metric " +
  "itself, which only whoever knows the goal can choose. These three by the loop's previews. final: the chosen one at final " +
  "quality. gain: chosen against start. ↓: lower is better, ↑: higher. In brackets 95 % intervals by bootstrap over tasks; means are over scored runs only.";

const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll(/\s+/g, " ");

/** The tables as one Markdown page. */
export function markdownOf(evaluation: Evaluation): string {
  const { mode, out, made, tasks, notes, seed } = evaluation;
  const tables = tablesOf(evaluation).map(({ title, note, rows: [head = [], ...rows] }) =>
    [
      `## ${cell(title)}`,
      ...(note === undefined ? [] : ["", cell(note)]),
      "",
      `| ${head.map(cell).join(" | ")} |`,
      `|${head.map(() => "---").join("|")}|`,
      ...rows.map((row) => `| ${row.map(cell).join(" | ")} |`),
    ].join("\n"),
  );
  const intro = `${tasks.length} runs of ${cell(out)}, scored again ${made.slice(0, 16).replace("T", " ")} UTC (seed ${seed}). ${legend}`;
  return `${[`# ${mode}`, intro, ...notes.map((note) => `- ${cell(note)}`), ...tables].join("\n\n")}\n`;
}

/** A value as RFC 4180 has it; one that a spreadsheet would take for a formula gets an apostrophe before it. */
function csvCell(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
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
