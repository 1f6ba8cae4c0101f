import { plainJson } from "../../../config/plain-text.ts";
import type { View } from "../../../machines/domain/index.ts";
import { spanText } from "../../../observers/text.ts";
import { print } from "../../print.ts";
import { markdownTable } from "../../table-text.ts";
import { costOf } from "../cost.ts";
import type { ListedRun } from "./run-list.ts";

interface CellCost {
  cell: string;
  values: Readonly<Record<string, string>>;
  runs: number;
  /** Finished already, here or in another experiment, or the same as a run of another cell. */
  reused: number;
  calls: number;
  input_tokens: number;
  output_tokens: number;
  usd: number;
  /** Hours of engine time on two cores; null where nothing was measured for the mode's engine. */
  engine_hours: number | null;
}

/** Prints the cells of an experiment with what each would cost at most. Starts nothing. */
export function printDryRun(
  name: string,
  entries: readonly ListedRun[],
  missing: readonly string[],
  json: boolean,
): void {
  const cells = cellCosts(entries);
  const total = sumOf(cells);
  if (json) {
    print(`${plainJson({ schema: 1, name, cells, total, missing })}\n`);
    return;
  }
  const row = (
    label: string,
    { runs, reused, calls, input_tokens, output_tokens, usd, engine_hours }: Omit<CellCost, "cell" | "values">,
  ) => [
    label,
    String(runs),
    String(reused),
    String(calls),
    `${input_tokens} + ${output_tokens}`,
    usd.toFixed(2),
    engine_hours === null ? "-" : spanText(engine_hours * 3600),
  ];
  const head = ["cell", "runs", "reused", "calls", "tokens in + out", "$", "engine time"];
  const rows = [...cells.map((cell) => row(Object.values(cell.values).join(" × "), cell)), row("all", total)];
  const lines = [
    ...markdownTable(head, rows),
    "",
    "At most, on two cores without a GPU; a run mostly stops earlier. Reused runs cost nothing.",
    ...missing.map((what) => `missing: ${what}; it would be refused`),
    "nothing was started",
  ];
  print(`${lines.join("\n")}\n`);
}

const isToPlay = ({ place }: ListedRun) => place.kind === "own" && place.task.status === "unfinished";

function cellCosts(entries: readonly ListedRun[]): CellCost[] {
  const byCell = new Map<string, ListedRun[]>();
  for (const entry of entries) {
    const { id } = entry.run.cell;
    byCell.set(id, [...(byCell.get(id) ?? []), entry]);
  }
  return [...byCell].map(([cell, all]): CellCost => {
    const open = all.filter(isToPlay);
    const costs = open.map(({ run }) => costOf(run.config, run.inputs.task?.views ?? oneView));
    const roles = costs.flatMap((cost) => cost.roles);
    const seconds = costs.map(({ engine_seconds }) => engine_seconds);
    return {
      cell,
      values: all[0]!.run.cell.values,
      runs: all.length,
      reused: all.length - open.length,
      calls: sum(roles.map(({ calls }) => calls)),
      input_tokens: sum(roles.map(({ input_tokens }) => input_tokens)),
      output_tokens: sum(roles.map(({ output_tokens }) => output_tokens)),
      usd: sum(roles.map(({ usd }) => usd)),
      engine_hours: seconds.includes(null) ? null : sum(seconds.map(Number)) / 3600,
    };
  });
}

/** For a task that cannot be read: its run ends before it costs anything to speak of. */
const oneView: View[] = [{ name: "render1", camera: null }];

function sumOf(cells: readonly CellCost[]): Omit<CellCost, "cell" | "values"> {
  const hours = cells.map(({ engine_hours }) => engine_hours);
  return {
    runs: sum(cells.map(({ runs }) => runs)),
    reused: sum(cells.map(({ reused }) => reused)),
    calls: sum(cells.map(({ calls }) => calls)),
    input_tokens: sum(cells.map(({ input_tokens }) => input_tokens)),
    output_tokens: sum(cells.map(({ output_tokens }) => output_tokens)),
    usd: sum(cells.map(({ usd }) => usd)),
    engine_hours: hours.includes(null) ? null : sum(hours.map(Number)),
  };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
