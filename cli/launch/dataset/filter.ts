import { VigaError } from "../../../config/errors.ts";
import { suggest } from "../../../config/suggest.ts";
import type { FoundTask } from "./find-tasks.ts";

/** What tasks are told apart by, besides their ids. */
export const labels = ["type", "level", "setting", "topic"] as const;
export type Label = (typeof labels)[number];

/** Which tasks of a dataset are meant; an empty list of a key leaves it open. */
export type TaskFilter = Readonly<
  { task: readonly string[]; id: readonly string[] } & Record<Label, readonly string[]>
>;

export const noFilter: TaskFilter = { task: [], id: [], type: [], level: [], setting: [], topic: [] };

/**
 * The tasks that match every key of the filter; `task` is an id or any label. Of tasks that come in several settings only
 * those of the first are meant, unless the filter names others (`all`: every one).
 * Throws `input_invalid` for a name that no task has, with the names there are.
 */
export function filterTasks(tasks: readonly FoundTask[], filter: TaskFilter): FoundTask[] {
  const names = (task: FoundTask) => [task.id, task.source, ...labels.flatMap((label) => task[label] ?? [])];
  check("--task", filter.task, tasks.flatMap(names), filter.task.length > 0 ? labelNames(tasks) : []);
  const ids = tasks.map(({ id }) => id);
  check("--id", filter.id, ids, ids);
  const settings = wantedSettings(tasks, filter);
  const kept = tasks.filter(
    (task) =>
      (filter.task.length === 0 || names(task).some((name) => filter.task.includes(name))) &&
      (filter.id.length === 0 || filter.id.includes(task.id)) &&
      labels.every((label) => label === "setting" || isWanted(tasks, filter, label, task)) &&
      (task.setting === undefined || settings.includes(task.setting)),
  );
  if (kept.length > 0) return kept;
  throw new VigaError("input_invalid", "no task matches all of --task, --id, --type, --level, --topic and --setting", {
    hint: "leave one of them out",
  });
}

function isWanted(tasks: readonly FoundTask[], filter: TaskFilter, label: Label, task: FoundTask): boolean {
  const wanted = filter[label];
  if (wanted.length === 0) return true;
  const known = tasks.flatMap((one) => one[label] ?? []);
  check(`--${label}`, wanted, known, known);
  return wanted.includes(task[label] ?? "");
}

/** Settings in the order of the dataset; a task's or an id's name may name one, too. */
function wantedSettings(tasks: readonly FoundTask[], filter: TaskFilter): string[] {
  const known = [...new Set(tasks.flatMap(({ setting }) => setting ?? []))];
  if (filter.setting.includes("all")) return known;
  check("--setting", filter.setting, known, [...known, ...(known.length > 0 ? ["all"] : [])]);
  if (filter.setting.length > 0) return [...filter.setting];
  const byName = known.filter((setting) => filter.task.includes(setting));
  const named = [...filter.id, ...filter.task];
  const byId = tasks.flatMap(({ id, setting }) => (setting !== undefined && named.includes(id) ? [setting] : []));
  const found = [...new Set([...byName, ...byId])];
  return found.length > 0 ? found : known.slice(0, 1);
}

const labelNames = (tasks: readonly FoundTask[]) =>
  tasks.flatMap((task) => labels.flatMap((label) => task[label] ?? []));

function check(flag: string, wanted: readonly string[], known: readonly string[], shown: readonly string[]): void {
  for (const name of wanted) {
    if (known.includes(name)) continue;
    const names = [...new Set(shown)];
    const some =
      names.length > 12 ? `${names.slice(0, 12).join(", ")} and ${names.length - 12} more` : names.join(", ");
    throw new VigaError("input_invalid", `${flag} ${name}: no task has that name${suggest(name, known)}`, {
      hint: names.length === 0 ? "the dataset has no such thing" : `there are ${some}`,
    });
  }
}
