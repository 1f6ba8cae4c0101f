import { join } from "node:path";
import { writeAtomic } from "../../../bridge/files/write-atomic.ts";
import { plainLine } from "../../../config/plain-text.ts";
import { type Batch, type BatchStatus, type BatchTask, batchStatus } from "../../../machines/domain/index.ts";
import { lossText, spanText } from "../../../observers/text.ts";
import { csvCell, markdownTable } from "../../table-text.ts";
import { labels } from "../dataset/filter.ts";
import { type Outcome, outcomeOf } from "./scores.ts";

/** A row of a batch's table: a task, where it stands, and how its run came out. */
export interface BatchRow extends Omit<BatchTask, "start_hash">, Outcome {}

export interface BatchTable {
  schema: 1;
  mode: string;
  data: string;
  started: string;
  counts: Record<BatchStatus, number>;
  usd: number;
  rows: BatchRow[];
}

/** The table of a batch as it stands now, from batch.json and the runs' scores. */
export async function tableOf(out: string, { mode, data, started, tasks }: Batch): Promise<BatchTable> {
  const rows = await Promise.all(
    tasks.map(
      async ({ start_hash: _, ...task }): Promise<BatchRow> => ({ ...task, ...(await outcomeOf(join(out, task.dir))) }),
    ),
  );
  const counts = Object.fromEntries(
    batchStatus.options.map((status) => [status, rows.filter((row) => row.status === status).length]),
  ) as BatchTable["counts"];
  return { schema: 1, mode, data, started, counts, usd: rows.reduce((sum, { usd }) => sum + usd, 0), rows };
}

/** Writes tasks.md, tasks.csv and tasks.json into the batch's folder. */
export async function writeTable(out: string, table: BatchTable): Promise<void> {
  await writeAtomic(join(out, "tasks.md"), markdownOf(table));
  await writeAtomic(join(out, "tasks.csv"), csvOf(table));
  await writeAtomic(join(out, "tasks.json"), `${JSON.stringify(table, null, 2)}\n`);
}

/** How many tasks stand where: "10 tasks: 8 done, 1 failed, 1 unfinished". */
export function countsText({ counts, rows }: BatchTable): string {
  const parts = batchStatus.options
    .filter((status) => counts[status] > 0)
    .map((status) => `${counts[status]} ${status}`);
  return `${rows.length} task${rows.length === 1 ? "" : "s"}: ${parts.join(", ")}`;
}

/** Labels that at least one task has: no column is empty. */
const usedLabels = (rows: readonly BatchRow[]) =>
  labels.filter((label) => rows.some((row) => row[label] !== undefined));

export function markdownOf(table: BatchTable): string {
  const { rows, mode, usd } = table;
  const used = usedLabels(rows);
  const head = [
    "task",
    ...used,
    "status",
    "start loss",
    "best loss",
    "less by",
    "round",
    "rounds",
    "time",
    "why it ended",
  ];
  const body = rows.map((row) => [
    row.id,
    ...used.map((label) => row[label] ?? ""),
    row.status,
    lossText(row.start_loss),
    lossText(row.best_loss),
    fallText(row),
    row.best_t === null ? "-" : String(row.best_t),
    String(row.rounds),
    spanText(row.seconds),
    row.reason ?? "",
  ]);
  const cost = usd > 0 ? `, $${usd.toFixed(2)}` : "";
  return `${[`${mode}, ${countsText(table)}${cost}`, "", ...markdownTable(head, body), ...warningLines(rows)].join(
    "\n",
  )}\n`;
}

function fallText({ start_loss: start, best_loss: best }: BatchRow): string {
  return start === null || best === null || start <= 0 ? "-" : `${(100 * (1 - best / start)).toFixed(1)} %`;
}

function warningLines(rows: readonly BatchRow[]): string[] {
  const lines = rows.flatMap(({ id, warnings = [] }) => warnings.map((text) => `- ${id}: ${plainLine(text)}`));
  return lines.length === 0 ? [] : ["", "Warnings:", "", ...lines];
}

/** One line a task, all columns, as RFC 4180 has it. */
export function csvOf({ rows }: BatchTable): string {
  const columns = [
    ...(["id", ...labels, "source", "dir", "status", "attempts", "seconds"] as const),
    ...(["start_loss", "best_loss", "best_t", "rounds", "calls", "usd", "reason"] as const),
  ];
  const lines = rows.map((row) => columns.map((column) => oneLine(row[column])).join(","));
  return `${[columns.join(","), ...lines].join("\r\n")}\r\n`;
}

const oneLine = (value: string | number | null | undefined): string =>
  csvCell(typeof value === "string" ? plainLine(value) : value);
