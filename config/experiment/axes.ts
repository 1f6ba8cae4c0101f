import type { Problem } from "../complaints.ts";
import { VigaError } from "../errors.ts";
import { isTree, nullCounts, type Path } from "../layer.ts";
import { type Assignment, keysOf } from "../sets.ts";
import { type LoadedExperiment, placeOf } from "./load-experiment.ts";

/** One value of an axis: its label, and the keys that it sets. */
export interface AxisValue {
  label: string;
  assignments: Assignment[];
}

export interface Axis {
  name: string;
  values: AxisValue[];
}

/** Longest label that is made of a value; a longer one is written as { label, value }. */
const longestLabel = 60;

const shared = "it is shared by all cells: write it under set";
/** Keys that no axis may set, and where they belong. */
const notInMatrix: Readonly<Record<string, string>> = {
  executors: shared,
  bus: shared,
  programs: shared,
  mode: "an experiment is of one mode: write it under set",
};
/** Keys of viga.yaml that an experiment's file has keys of its own for. */
const nowhere: Readonly<Record<string, string>> = {
  seed: "write seeds: [1, 2], or repeats: 2",
  task: "write it under tasks (task.views may be set)",
};

/** The axes of an experiment's matrix; what is wrong with them goes to `problems`. */
export function axesOf(loaded: LoadedExperiment, problems: Problem[]): Axis[] {
  return Object.entries(loaded.file.matrix).map(([name, written]): Axis => {
    const at = ["matrix", name];
    const values = Array.isArray(written)
      ? written.map((entry, index): AxisValue => {
          const { label, value } = labelled(entry);
          const path = [...at, index];
          if (label.length > longestLabel) {
            const message = `is too long for a label (${longestLabel} characters): write { label: NAME, value: ... }`;
            problems.push({ path, message });
          }
          return { label, assignments: assignmentsOf(loaded, path, { [name]: value }, problems) };
        })
      : Object.entries(written).map(([label, keys]): AxisValue => {
          const path = [...at, label];
          return { label, assignments: assignmentsOf(loaded, path, keys ?? {}, problems) };
        });
    for (const [index, { label }] of values.entries()) {
      if (values.findIndex((other) => other.label === label) === index) continue;
      const message = `another value is called "${label}", too: write { label: NAME, value: ... }`;
      problems.push({ path: [...at, index], message });
    }
    if (values.length === 0) problems.push({ path: at, message: "expected at least one variant" });
    return { name, values };
  });
}

/** The keys that an experiment sets for all of its cells. */
export function commonAssignments(loaded: LoadedExperiment, problems: Problem[]): Assignment[] {
  return assignmentsOf(loaded, ["set"], loaded.file.set, problems);
}

/** A value of a list, with the label that it is written with, or one made of it. */
function labelled(entry: unknown): { label: string; value: unknown } {
  if (isTree(entry) && Object.keys(entry).sort().join() === "label,value") {
    return { label: String(entry.label), value: entry.value };
  }
  return { label: labelOf(entry), value: entry };
}

function labelOf(value: unknown): string {
  if (value === null) return "none";
  if (!isTree(value) || typeof value.player !== "string") {
    return typeof value === "object" ? JSON.stringify(value) : String(value);
  }
  const { player, ...rest } = value;
  const settings = Object.entries(rest).map(([key, one]) => `${key} ${labelOf(one)}`);
  return settings.length === 0 ? player : `${player} (${settings.join(", ")})`;
}

/** A map of keys, dotted or nested, as what it sets. */
function assignmentsOf(
  { layer }: LoadedExperiment,
  at: Path,
  keys: Readonly<Record<string, unknown>>,
  problems: Problem[],
): Assignment[] {
  const refused = at[0] === "set" ? nowhere : { ...nowhere, ...notInMatrix };
  return Object.entries(keys).flatMap(([written, value]) => {
    // A value of a list stands at its own place, a variant's under its key.
    const place = typeof at.at(-1) === "number" ? at : [...at, written];
    try {
      const path = keysOf(written, placeOf(layer, place));
      const [first = "", second] = path;
      const belongs = Object.hasOwn(refused, first) ? refused[first] : undefined;
      if (belongs !== undefined && !(first === "task" && second === "views")) {
        problems.push({ path: place, message: `${first} cannot be set here: ${belongs}` });
        return [];
      }
      return [{ label: placeOf(layer, place), path, value, takesAway: value === null && !nullCounts(path) }];
    } catch (thrown) {
      if (!(thrown instanceof VigaError)) throw thrown;
      problems.push({ path: place, message: `expected a key like roles.verifier, got ${JSON.stringify(written)}` });
      return [];
    }
  });
}
