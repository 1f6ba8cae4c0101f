import type { ExperimentCell, ExperimentRun, RunPins } from "../../../machines/domain/index.ts";

const pinNames: Readonly<Record<Exclude<keyof RunPins, "inputs">, string>> = {
  viga: "version of viga",
  commit: "commit of viga",
  prompts: "prompts",
  evaluator: "evaluator",
  engine: "engine",
  device: "device",
};

/** What whoever compares the cells must know. */
export function warningsOf(cells: readonly ExperimentCell[], tasks: readonly { id: string }[]): string[] {
  const runs = cells.flatMap((cell) => cell.runs);
  const done = runs.filter(({ status }) => status === "done");
  return [
    ...failures(cells),
    ...missing(cells),
    ...differingPins(done),
    ...(tasks.length === 1 ? ["one task only: the intervals say nothing of other tasks"] : []),
    ...(done.length > 0 && done.every(({ start_loss }) => start_loss === null)
      ? ["no run has a start to gain on: cells are ranked by their loss, and not tested against each other"]
      : []),
  ];
}

const plural = (count: number, word: string) => `${count} ${word}${count === 1 ? "" : "s"}`;

function failures(cells: readonly ExperimentCell[]): string[] {
  return cells.flatMap(({ id, runs }) => {
    const bad = runs.filter(({ status }) => status === "failed" || status === "error");
    if (bad.length === 0) return [];
    const [first] = bad;
    return [
      `${plural(bad.length, "run")} of ${id} failed and ${bad.length === 1 ? "is" : "are"} in no mean: ${first?.reason ?? "no reason was given"} (${first?.task})`,
    ];
  });
}

function missing(cells: readonly ExperimentCell[]): string[] {
  const open = cells.flatMap(({ runs }) => runs).filter(({ status }) => status === "unfinished").length;
  return open === 0 ? [] : [`${plural(open, "run")} ${open === 1 ? "is" : "are"} not finished`];
}

/** Pins in which runs differ that are compared: inputs within a task, everything else among all. */
function differingPins(done: readonly ExperimentRun[]): string[] {
  const all = Object.entries(pinNames).flatMap(([pin, name]) => {
    const found = counted(done.map(({ pins }) => pins?.[pin as keyof RunPins]));
    return found.length < 2
      ? []
      : [`compared runs differ in their ${name}: ${found.map(([value, count]) => `${value} (${count})`).join(", ")}`];
  });
  const tasks = [...new Set(done.map(({ task }) => task))];
  const changed = tasks.filter(
    (id) => counted(done.filter(({ task }) => task === id).map(({ pins }) => pins?.inputs)).length > 1,
  );
  return changed.length === 0 ? all : [...all, `compared runs of ${changed.join(", ")} began from different files`];
}

/** How often each value is there, the most frequent first; what is not known counts as nothing. */
function counted(values: readonly (string | undefined)[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const value of values)
    if (value !== undefined) counts.set(value || "none", (counts.get(value || "none") ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a);
}
