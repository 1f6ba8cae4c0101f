import { join } from "node:path";
import { writeAtomic } from "../../../bridge/files/write-atomic.ts";
import { plainLine } from "../../../config/plain-text.ts";
import type {
  CellComparison,
  Estimate,
  ExperimentCell,
  ExperimentResult,
  ExperimentRun,
} from "../../../machines/domain/index.ts";
import { lossText, spanText } from "../../../observers/text.ts";
import { csvCell, markdownTable } from "../../table-text.ts";
import { ranked } from "./compare.ts";
import { resultFile } from "./result.ts";

/** Writes experiment.json, experiment.md and experiment.csv into the experiment's folder. */
export async function writeResult(out: string, result: ExperimentResult): Promise<void> {
  await writeAtomic(join(out, resultFile), `${JSON.stringify(result, null, 2)}\n`);
  await writeAtomic(join(out, "experiment.md"), markdownOf(result));
  await writeAtomic(join(out, "experiment.csv"), csvOf(result));
}

const percent = (value: number) => `${(100 * value).toFixed(1)} %`;
const points = (value: number) => `${value > 0 ? "+" : ""}${(100 * value).toFixed(1)}`;
const interval = (value: Estimate | null, text: (number: number) => string) =>
  value === null ? "-" : `${text(value.mean)} [${text(value.low)}, ${text(value.high)}]`;

/** A cell by the labels of its axes: "solver × pixels". */
export const cellName = ({ values }: ExperimentCell): string => Object.values(values).join(" × ");

/** Which cell is best, against what and how surely, in sentences; then the table of cells, and what to know. */
export function markdownOf(result: ExperimentResult): string {
  const lines = [
    `# ${plainLine(result.title)}`,
    "",
    ...verdictOf(result),
    "",
    ...cellTable(result),
    ...comparisonTable(result),
    ...(result.printed.length === 0 ? [] : printedTable(result)),
    ...(result.warnings.length === 0
      ? []
      : ["", "Warnings:", "", ...result.warnings.map((text) => `- ${plainLine(text)}`)]),
  ];
  return `${lines.join("\n")}\n`;
}

/** The answer in a few sentences. */
export function verdictOf(result: ExperimentResult): string[] {
  const [best, second] = ranked(result.cells);
  if (best === undefined) return ["No run has finished yet."];
  const { loss } = result;
  const quality =
    best.gain === null
      ? `mean ${loss.label} ${interval(best.loss, lossText)}`
      : `mean gain ${interval(best.gain, percent)} of the start's ${loss.label}`;
  const cost = (best.usd ?? 0) > 0 ? `, $${best.usd?.toFixed(3)} a run` : "";
  const said = [
    `Best: **${cellName(best)}**, ${quality} over ${best.finished} runs, ${spanText(best.seconds ?? 0)} a run${cost}.`,
  ];
  for (const { against, text } of pairsOf(result, best, second)) said.push(`Against ${against}: ${text}`);
  return said;
}

/** The best against the baseline and against the one behind it, as far as they are others. */
function pairsOf(result: ExperimentResult, best: ExperimentCell, second: ExperimentCell | undefined) {
  const wanted = [...new Set([result.baseline, second?.id])].filter((id) => id !== undefined && id !== best.id);
  return wanted.flatMap((id) => {
    const cell = result.cells.find((one) => one.id === id)!;
    const found = result.comparisons.find((one) => one.cell === best.id && one.against === id);
    const turned = result.comparisons.find((one) => one.cell === id && one.against === best.id);
    const text =
      found !== undefined ? comparisonText(found) : turned !== undefined ? comparisonText(reversed(turned)) : null;
    const word = id === result.baseline ? "the baseline" : "the next";
    return text === null ? [] : [{ against: `${word}, ${cellName(cell)}`, text }];
  });
}

function reversed(comparison: CellComparison): CellComparison {
  const { cell, against, wins, losses, difference } = comparison;
  return {
    ...comparison,
    cell: against,
    against: cell,
    wins: losses,
    losses: wins,
    difference: difference && { mean: -difference.mean, low: -difference.high, high: -difference.low },
  };
}

function comparisonText({ difference, p, pairs, wins, losses, overlap }: CellComparison): string {
  if (difference === null) return "no task and seed that both finished.";
  const sure = difference.low > 0 || difference.high < 0;
  return `${interval(difference, points)} points of gain over ${pairs} pairs (${wins} better, ${losses} worse), p = ${p?.toPrecision(2) ?? "-"}; the two gains' intervals ${overlap ? "overlap" : "do not overlap"}, the interval of the difference ${sure ? "leaves out" : "holds"} 0.`;
}

function cellTable({ cells, axes, loss }: ExperimentResult): string[] {
  const order = ranked(cells);
  const rest = cells.filter((cell) => !order.includes(cell));
  const head = [...axes.map(({ name }) => name), "gain", loss.label, "n", "failed", "time a run", "$ a run"];
  const rows = [...order, ...rest].map((cell) => [
    ...axes.map(({ name }) => cell.values[name] ?? ""),
    interval(cell.gain, percent),
    interval(cell.loss, lossText),
    `${cell.finished} of ${cell.runs.length}`,
    String(cell.runs.filter(({ status }) => status === "failed" || status === "error").length),
    cell.seconds === null ? "-" : spanText(cell.seconds),
    cell.usd === null ? "-" : cell.usd.toFixed(3),
  ]);
  return markdownTable(head, rows);
}

function comparisonTable({ comparisons, cells }: ExperimentResult): string[] {
  if (comparisons.length === 0) return [];
  const name = (id: string) => cellName(cells.find((cell) => cell.id === id)!);
  const rows = comparisons.map(({ cell, against, difference, p, pairs, wins, losses, overlap }) => [
    name(cell),
    name(against),
    interval(difference, points),
    p === null ? "-" : p.toPrecision(2),
    `${pairs} (${wins} : ${losses})`,
    overlap ? "overlap" : "apart",
  ]);
  return [
    "",
    ...markdownTable(["cell", "against", "difference, points", "p", "pairs (better : worse)", "intervals"], rows),
  ];
}

function printedTable({ printed, cells }: ExperimentResult): string[] {
  const name = (id: string) => cellName(cells.find((cell) => cell.id === id)!);
  const rows = printed.map(({ cell, metric, value, source }) => [name(cell), metric, String(value), source]);
  return [
    "",
    "Printed elsewhere, not measured here:",
    "",
    ...markdownTable(["cell", "metric", "value", "where"], rows),
  ];
}

const runColumns = [
  ...(["task", "seed", "status", "reason", "reused", "dir", "key", "seconds", "start_loss", "best_loss"] as const),
  ...(["best_t", "rounds", "calls", "input_tokens", "output_tokens", "usd", "refused", "cut_off", "unread"] as const),
];
const pinColumns = ["viga", "commit", "inputs", "prompts", "evaluator", "engine", "device"] as const;

/** One line a run, all columns and pins, as RFC 4180 has it. */
export function csvOf({ cells, axes }: ExperimentResult): string {
  const names = axes.map(({ name }) => name);
  const cellOf = (value: ExperimentRun[keyof ExperimentRun]) =>
    csvCell(typeof value === "number" || value === null || value === undefined ? value : plainLine(String(value)));
  const lines = cells.flatMap(({ id, values, runs }) =>
    runs.map((run) =>
      [
        csvCell(id),
        ...names.map((name) => csvCell(plainLine(values[name] ?? ""))),
        ...runColumns.map((column) => cellOf(run[column])),
        ...pinColumns.map((pin) => csvCell(run.pins?.[pin])),
      ].join(","),
    ),
  );
  const head = ["cell", ...names, ...runColumns, ...pinColumns].map((name) => csvCell(name)).join(",");
  return `${[head, ...lines].join("\r\n")}\r\n`;
}
