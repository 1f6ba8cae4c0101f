import { basename, extname } from "node:path";
import type { View } from "../machines/domain/index.ts";
import { checkBase, type LoadedPicture, loadPicture, loadProgram, loadText } from "./check-inputs.ts";
import { VigaError } from "./errors.ts";
import { modeOf } from "./modes/index.ts";
import type { ModeDefinition } from "./modes/mode.ts";
import type { ResolvedConfig } from "./resolved.ts";
import { filesUnder, findTaskFiles, isFolder, picturesIn } from "./task-files.ts";
import { viewsOf } from "./task-views.ts";
import { mostTargets } from "./views.ts";

/** A target picture under the name of the view it belongs to (`target2` ... where there is none). */
export interface LoadedTarget extends LoadedPicture {
  name: string;
}

/** A task that was read and checked. Paths are absolute; nothing was written. */
export interface LoadedTask {
  mode: string;
  /** Safe as a folder name and as a NATS token. */
  name: string;
  dir: string | null;
  /** What is asked for; "" where the task is its picture alone. */
  text: string;
  targets: LoadedTarget[];
  /** They are a benchmark's own: read as its reference reads them, without colour management. */
  targetsAsStored: boolean;
  /** Pictures to take; each has the aspect of its target. */
  views: View[];
  start: { path: string; text: string } | null;
  /** Picture of the start, where no program draws it: shown to the roles, never measured. */
  startImage: string | null;
  base: string | null;
  /** Files a program may load, and the folder (or the one file) that holds them. */
  assets: string[];
  assetsRoot: string | null;
}

export type TaskRequest = Pick<ResolvedConfig, "task" | "mode" | "init" | "prompt">;

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
export async function loadTask({ task, mode, init, prompt }: TaskRequest): Promise<LoadedTask> {
  const definition = modeOf(mode);
  const settings = Object.keys(definition.layout.instructions ?? {});
  if (task.instruction !== undefined && !settings.includes(task.instruction)) {
    throw new VigaError(
      "config_invalid",
      `task.instruction: mode ${definition.name} has no setting ${task.instruction}`,
      {
        hint:
          settings.length === 0
            ? "leave it out: its tasks come in one setting"
            : `expected one of ${settings.join(", ")}`,
      },
    );
  }
  const found = task.dir === undefined ? null : await findTaskFiles(task.dir, definition, init, task.instruction);
  const start = task.start ?? found?.start ?? null;
  const base = task.base ?? found?.base ?? null;
  const givenTargets = task.targets !== undefined || task.views?.some(({ target }) => target !== undefined) === true;
  const startImage = task.start_image ?? (start === null ? (found?.startImage ?? null) : null);
  const wanted = await targetsOf(task, definition, found?.targets ?? []);
  const text = task.text ?? (found?.text ? (await loadText(found.text, "task text")).trim() : "");

  const missing: string[] = [];
  if (definition.needs.start && start === null) missing.push("a start program (--start FILE)");
  if (definition.needs.base && base === null) missing.push("a base file (--base FILE)");
  const textOnly = task.targets?.length === 0;
  if (textOnly && definition.needs.target === "required") {
    throw new VigaError(
      "input_invalid",
      `mode ${definition.name} compares with a target picture and cannot go by text alone (--text-only, task.targets: [])`,
      { hint: "leave --text-only out, or choose a mode that builds from a text: --mode static_scene" },
    );
  }
  if (task.start_image !== undefined && start !== null) {
    throw new VigaError(
      "input_invalid",
      `start picture ${task.start_image}: the start program ${start} draws its own`,
      {
        hint: "leave --start-image (task.start_image) out; it is for a start that no program draws",
      },
    );
  }
  if (init === "sam3d" && (start !== null || startImage !== null)) {
    throw new VigaError("input_invalid", `init: sam3d makes the start program, and ${start ?? startImage} is given`, {
      hint: "leave out one of the two",
    });
  }
  if (init === "sam3d" && wanted.length === 0) {
    throw new VigaError("input_invalid", "init: sam3d makes a scene of the target picture, and there is none", {
      hint: "give one by --target, or leave init out",
    });
  }
  if (prompt === "init" && start === null && base === null && init !== "sam3d") {
    throw new VigaError("input_invalid", "prompt: init keeps the scene that is given, and none is", {
      hint: "give one by init: minimal or reasonable, --start or --base, or leave prompt: init out",
    });
  }
  if (wanted.length === 0 && (definition.needs.target === "required" || text === "")) {
    missing.push(
      definition.needs.target === "required"
        ? "a target picture (--target IMG)"
        : textOnly
          ? "a text (--text T)"
          : "a target picture (--target IMG) or a text (--text T)",
    );
  }
  if (missing.length > 0) {
    const where = task.dir === undefined ? "" : ` in ${task.dir} (looked for ${(found?.looked ?? []).join(", ")})`;
    throw new VigaError("not_found", `mode ${definition.name} needs ${missing.join(", ")}: none found${where}`, {
      hint: `give a task folder in ${definition.name}'s layout, or the files by flags`,
    });
  }
  const targets = await Promise.all(wanted.map(async ({ name, path }) => ({ ...(await loadPicture(path)), name })));
  if (base !== null) await checkBase(base);
  if (startImage !== null) await loadPicture(startImage, "start picture");
  return {
    mode: definition.name,
    name: nameOf(task.dir, task.targets?.[0] ?? wanted[0]?.path ?? start),
    dir: task.dir ?? null,
    text,
    targets,
    targetsAsStored: definition.layout.targetsAsStored === true && !givenTargets,
    views: viewsOf(task.views, definition, targets),
    start: start === null ? null : { path: start, text: await loadProgram(start) },
    startImage,
    base,
    ...(task.assets === undefined
      ? { assets: found?.assets ?? [], assetsRoot: found?.assetsRoot ?? null }
      : await assetsAt(task.assets)),
  };
}

/** The target pictures with the names of their views: the views' own, else those given, folders taken apart. */
async function targetsOf(task: TaskRequest["task"], definition: ModeDefinition, found: readonly string[]) {
  if (task.targets?.length === 0) return [];
  if (task.views?.some(({ target }) => target !== undefined)) {
    return task.views.flatMap(({ name, target }) => (target === undefined ? [] : [{ name, path: target }]));
  }
  const paths: string[] = [];
  for (const path of task.targets ?? found) paths.push(...(isFolder(path) ? await picturesOf(path) : [path]));
  if (paths.length > mostTargets) {
    throw new VigaError("input_invalid", `${paths.length} target pictures, more than the ${mostTargets} allowed`, {
      hint: "give the few views that show the most",
    });
  }
  const views = task.views ?? definition.views;
  return paths.map((path, index) => ({ name: views[index]?.name ?? `target${index + 1}`, path }));
}

async function picturesOf(folder: string): Promise<string[]> {
  const pictures = await picturesIn(folder);
  if (pictures.length > 0) return pictures;
  throw new VigaError("not_found", `target ${folder}: the folder holds no picture`, {
    hint: "put PNG, JPEG or WebP pictures right into it",
  });
}

async function assetsAt(path: string): Promise<Pick<LoadedTask, "assets" | "assetsRoot">> {
  const found = await filesUnder(path);
  if (found.assetsRoot !== null) return found;
  throw new VigaError("not_found", `assets ${path}: there is no such file, nor a folder with files in it`, {
    hint: "give the folder that programs may load from (--assets DIR, task.assets)",
  });
}

function nameOf(dir: string | undefined, file: string | null): string {
  return taskName(dir ?? file ?? "task");
}
