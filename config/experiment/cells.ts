import { createHash } from "node:crypto";
import type { Problem } from "../complaints.ts";
import type { Assignment } from "../sets.ts";
import { suggest } from "../suggest.ts";
import { type Axis, axesOf, commonAssignments } from "./axes.ts";
import { type LoadedExperiment, refuse } from "./load-experiment.ts";

export type Labels = Readonly<Record<string, string>>;

/** One combination of the matrix's values. */
export interface Cell {
  /** A folder's name, unique in the experiment. */
  id: string;
  /** Label of its value on each axis. */
  values: Labels;
  /** What it sets over the base, the keys that all cells set first. */
  assignments: Assignment[];
}

/** What an experiment's file comes to. */
export interface ExpandedExperiment {
  axes: Axis[];
  cells: Cell[];
  /** Combinations that the file leaves out. */
  excluded: Labels[];
  /** Id of the cell that others are compared with. */
  baseline: string;
  seeds: number[];
  printed: { cell: string; metric: string; value: number; source: string }[];
}

/** More cells than anyone could pay for are a mistake in the file. */
const mostCells = 2000;

/** Crosses the axes of an experiment. Throws `config_invalid` for axes and labels that are none. */
export function expandExperiment(loaded: LoadedExperiment): ExpandedExperiment {
  const { file, layer } = loaded;
  const problems: Problem[] = [];
  const axes = axesOf(loaded, problems);
  const common = commonAssignments(loaded, problems);
  const count = axes.reduce((product, { values }) => product * values.length, 1);
  if (count > mostCells) {
    problems.push({ path: ["matrix"], message: `expected at most ${mostCells} cells, got ${count}` });
  }
  const partial = [
    ...file.exclude.map((labels, index) => ({ labels, path: ["exclude", index] })),
    ...(file.baseline === undefined ? [] : [{ labels: file.baseline, path: ["baseline"] }]),
    ...file.printed.map(({ cell }, index) => ({ labels: cell, path: ["printed", index, "cell"] })),
  ];
  for (const { labels, path } of partial) problems.push(...unknownLabels(labels, axes, path));
  if (problems.length > 0) refuse(layer, problems);

  const all = combinations(axes);
  const isExcluded = (values: Labels) => file.exclude.some((labels) => matches(values, labels));
  const kept = all.filter(({ values }) => !isExcluded(values));
  if (kept.length === 0) refuse(layer, [{ path: ["exclude"], message: "leaves no cell to run" }]);
  const ids = new Set<string>();
  const cells = kept.map(({ values, assignments }): Cell => {
    const id = idOf(values, ids);
    return { id, values, assignments: [...common, ...assignments] };
  });
  const find = (labels: Labels, path: (string | number)[]) => {
    const cell = cells.find(({ values }) => matches(values, labels));
    return cell ?? refuse(layer, [{ path, message: "names a combination that exclude leaves out" }]);
  };
  return {
    axes,
    cells,
    excluded: all.filter(({ values }) => isExcluded(values)).map(({ values }) => values),
    baseline: file.baseline === undefined ? cells[0]!.id : find(file.baseline, ["baseline"]).id,
    seeds: file.seeds ?? Array.from({ length: file.repeats ?? 1 }, (_, index) => index + 1),
    printed: file.printed.flatMap(({ cell, values, source }, index) => {
      const { id } = find(cell, ["printed", index, "cell"]);
      return Object.entries(values).map(([metric, value]) => ({ cell: id, metric, value, source }));
    }),
  };
}

/** Whether a combination has all of these labels. */
export const matches = (values: Labels, labels: Labels): boolean =>
  Object.entries(labels).every(([axis, label]) => values[axis] === label);

function combinations(axes: readonly Axis[]): { values: Labels; assignments: Assignment[] }[] {
  return axes.reduce<{ values: Labels; assignments: Assignment[] }[]>(
    (sofar, { name, values }) =>
      sofar.flatMap((one) =>
        values.map(({ label, assignments }) => ({
          values: { ...one.values, [name]: label },
          assignments: [...one.assignments, ...assignments],
        })),
      ),
    [{ values: {}, assignments: [] }],
  );
}

/** Axes that the matrix does not have, and labels that their axis does not have. */
export function unknownLabels(labels: Labels, axes: readonly Axis[], path: (string | number)[]): Problem[] {
  const names = axes.map(({ name }) => name);
  return Object.entries(labels).flatMap(([name, label]): Problem[] => {
    const axis = axes.find((one) => one.name === name);
    if (axis === undefined) {
      const message = `expected an axis of the matrix (${names.join(", ")}), got "${name}"${suggest(name, names)}`;
      return [{ path: [...path, name], message }];
    }
    const known = axis.values.map((value) => value.label);
    if (known.includes(label)) return [];
    const message = `expected one of ${known.join(", ")}, got "${label}"${suggest(label, known)}`;
    return [{ path: [...path, name], message }];
  });
}

const longestId = 40;

/** A folder's name of a combination's labels; `taken` are those given already. */
function idOf(values: Labels, taken: Set<string>): string {
  const plain = Object.values(values)
    .map((label) =>
      label
        .normalize("NFKD")
        .replaceAll(/[^A-Za-z0-9.]+/g, "-")
        .replaceAll(/^[-.]+|[-.]+$/g, ""),
    )
    .map((part) => (part === "" ? "none" : part))
    .join("_");
  const mark = createHash("sha256").update(JSON.stringify(values)).digest("hex").slice(0, 8);
  const id = plain.length > longestId || taken.has(plain) ? `${plain.slice(0, longestId - 9)}-${mark}` : plain;
  taken.add(id);
  return id;
}
