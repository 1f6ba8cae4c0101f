import { basename, extname } from "node:path";
import { checkBase, type LoadedPicture, loadPicture, loadProgram, loadText } from "./check-inputs.ts";
import { VigaError } from "./errors.ts";
import type { ModeDefinition, ModeName } from "./modes/mode.ts";
import type { ResolvedConfig } from "./resolved.ts";
import { findTaskFiles } from "./task-files.ts";

/** A target picture under the name of the render it is compared with (`target2.png` ... where there is none). */
export interface LoadedTarget extends LoadedPicture {
  name: string;
}

/** A task that was read and checked. Paths are absolute; nothing was written. */
export interface LoadedTask {
  mode: ModeName;
  /** Safe as a folder name and as a NATS token. */
  name: string;
  dir: string | null;
  /** What is asked for; "" where the task is its picture alone. */
  text: string;
  targets: LoadedTarget[];
  start: { path: string; text: string } | null;
  base: string | null;
  /** Files a program may load. */
  assets: string[];
}

export type TaskRequest = Pick<ResolvedConfig, "task" | "definition" | "init">;

const fileTask = /\.(png|jpe?g|webp|html)$/i;

/** A name made of A-Z a-z 0-9 _ -, from a folder's or file's name. */
export function taskName(from: string): string {
  const plain = basename(from, fileTask.test(from) ? extname(from) : "")
    .normalize("NFKD")
    .replaceAll(/[^A-Za-z0-9_-]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 64);
  return plain === "" ? "task" : plain;
}

/**
 * Reads the task a configuration names: a folder in the mode's layout, single files, or both (files win).
 * Ground truth that lies beside the inputs (goal.py) is never opened.
 * Throws `not_found` for missing files (listing what was looked for) and `input_invalid` for broken ones.
 */
export async function loadTask({ task, definition, init }: TaskRequest): Promise<LoadedTask> {
  const found = task.dir === undefined ? null : await findTaskFiles(task.dir, definition, init);
  const start = task.start ?? found?.start ?? null;
  const base = task.base ?? found?.base ?? null;
  const targetPaths = task.targets ?? found?.targets ?? [];
  const text = task.text ?? (found?.text ? (await loadText(found.text, "task text")).trim() : "");

  const missing: string[] = [];
  if (definition.needs.start && start === null) missing.push("a start program (--start FILE)");
  if (definition.needs.base && base === null) missing.push("a base file (--base FILE)");
  if (targetPaths.length === 0 && (definition.needs.target === "required" || text === "")) {
    missing.push(
      definition.needs.target === "required"
        ? "a target picture (--target IMG)"
        : "a target picture (--target IMG) or a text (--text T)",
    );
  }
  if (missing.length > 0) {
    const where = task.dir === undefined ? "" : ` in ${task.dir} (looked for ${(found?.looked ?? []).join(", ")})`;
    throw new VigaError("not_found", `mode ${definition.name} needs ${missing.join(", ")}: none found${where}`, {
      hint: `give a task folder in ${definition.name}'s layout, or the files by flags`,
    });
  }
  const targets = await Promise.all(targetPaths.map((path) => loadPicture(path)));
  if (base !== null) await checkBase(base);
  return {
    mode: definition.name,
    name: nameOf(task.dir, targetPaths[0] ?? start),
    dir: task.dir ?? null,
    text,
    targets: targets.map((picture, index) => ({ ...picture, name: targetName(definition, index) })),
    start: start === null ? null : { path: start, text: await loadProgram(start) },
    base,
    assets: found?.assets ?? [],
  };
}

function nameOf(dir: string | undefined, file: string | null): string {
  return taskName(dir ?? file ?? "task");
}

function targetName(definition: ModeDefinition, index: number): string {
  return definition.views[index]?.name ?? `target${index + 1}.png`;
}
