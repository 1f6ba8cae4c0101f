import { existsSync, type Stats, statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { VigaError } from "./errors.ts";
import { modeFor } from "./modes/index.ts";
import type { LayoutFile, ModeDefinition, TaskLook } from "./modes/mode.ts";

/** The mode that a task folder (or, where tasks lie flat, a task file) shows by its files; undefined where it shows none. */
export function detectMode(task: string): string | undefined {
  const folder = isFolder(task);
  if (!folder && flatPicture(task) === undefined) return undefined;
  const look: TaskLook = {
    kind: folder ? "folder" : "picture",
    has: (name) => existsSync(join(task, name)),
    parent: basename(dirname(resolve(task))),
  };
  return modeFor(look) ?? undefined;
}

/** The files of a task, by absolute path. What a text names but the folder lacks is null or left out. */
export interface TaskFiles {
  start: string | null;
  /** Picture of the start, where neither a program nor a .blend draws it. */
  startImage: string | null;
  base: string | null;
  text: string | null;
  targets: string[];
  /** Files a program may load, and the folder (or the one file) that holds them. */
  assets: string[];
  assetsRoot: string | null;
  /** Everything that was looked for, relative to the task: for messages. */
  looked: string[];
}

const picture = /\.(png|jpe?g|webp)$/i;
const mostAssets = 10_000;

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

export const isFolder = (path: string): boolean => statOf(path)?.isDirectory() ?? false;
const isFile = (path: string): boolean => statOf(path)?.isFile() ?? false;

/** The picture of a flat task: given itself, by its html, or without extension. */
function flatPicture(task: string): string | undefined {
  const stem = task.replace(/\.(png|html)$/i, "");
  return isFile(`${stem}.png`) ? `${stem}.png` : undefined;
}

/**
 * Finds a task's inputs by the mode's layout. Opens nothing but folders.
 * Throws `not_found` for a missing folder and for missing required files, naming every path that was tried.
 */
export async function findTaskFiles(
  task: string,
  mode: ModeDefinition,
  init: string,
  instruction?: string,
): Promise<TaskFiles> {
  const { layout } = mode;
  const setting = instruction ?? Object.keys(layout.instructions ?? {})[0];
  const instructed = setting === undefined ? undefined : layout.instructions?.[setting];
  let root = task;
  let id = "";
  if (layout.kind === "file") {
    const shot = flatPicture(task);
    if (shot === undefined) {
      throw new VigaError("not_found", `task ${task}: there is no such picture`, {
        hint: `${mode.name} tasks are pictures: give the path of one <id>.png`,
      });
    }
    root = dirname(shot);
    id = basename(shot, ".png");
  } else if (!isFolder(task)) {
    throw new VigaError("not_found", `task folder ${task}: there is no such folder`, {
      hint: `give a folder in ${mode.name}'s layout, or the files by --target, --text, --start, --base`,
    });
  }

  const looked: string[] = [];
  const missing: string[] = [];
  const first = async (file: LayoutFile | null): Promise<string[]> => {
    if (!file) return [];
    const names = file.from.map((name) => name.replace("{id}", id));
    looked.push(...names);
    for (const name of names) {
      const path = join(root, name);
      if (name.endsWith("/")) {
        if (!isFolder(path)) continue;
        const found = await picturesIn(path);
        if (found.length > 0) return found;
      } else if (statOf(path)) return [path];
    }
    if (file.required) missing.push(names.join(" or "));
    return [];
  };

  // SAM 3D makes its scene from the target, when the run begins.
  const started = init === "none" || init === "sam3d" ? null : initFiles(init);
  const start = (await first(started?.start ?? layout.start))[0] ?? null;
  const base = (await first(started?.base ?? layout.base))[0] ?? null;
  const text = (await first(instructed ? { from: [instructed.text], required: true } : layout.text))[0] ?? null;
  const targets: string[] = [];
  for (const target of layout.targets) targets.push(...(await first(target)));
  const startImage = started && start === null && base === null ? ((await first(started.image))[0] ?? null) : null;
  if (started && start === null && base === null && startImage === null) missing.push(started.base.from.join(" or "));
  if (missing.length > 0) {
    throw new VigaError("not_found", `task ${task}: missing ${missing.join(", ")}`, {
      hint: `mode ${mode.name} looks for ${looked.join(", ")}; another mode is chosen by --mode`,
    });
  }
  return {
    start,
    startImage,
    base,
    text,
    targets,
    ...(await assetsOf(root, instructed?.assets === false ? null : layout.assets)),
    looked,
  };
}

/** The pictures that lie in a folder, in number order. */
export async function picturesIn(folder: string): Promise<string[]> {
  const found = (await readdir(folder)).filter((entry) => picture.test(entry)).sort(byNumber);
  return found.map((entry) => join(folder, entry));
}

/**
 * Where `init: minimal` and `init: reasonable` take a scene from. The reference's own data set has but a picture of it,
 * which is taken where nothing draws one.
 */
function initFiles(init: string): { start: LayoutFile; base: LayoutFile; image: LayoutFile } {
  return {
    start: { from: [`${init}_init.py`, `${init}_init/start.py`], required: false },
    base: { from: [`${init}_init.blend`, `${init}_init/blender_file.blend`], required: false },
    image: { from: [`${init}_init/render1.png`], required: false },
  };
}

const none = { assets: [], assetsRoot: null };

async function assetsOf(root: string, assets: string | null): Promise<Pick<TaskFiles, "assets" | "assetsRoot">> {
  if (assets === null) return none;
  return filesUnder(join(root, assets));
}

/** The files of an assets folder, or the one file; none where there is no such path or nothing in it. */
export async function filesUnder(path: string): Promise<Pick<TaskFiles, "assets" | "assetsRoot">> {
  if (isFile(path)) return { assets: [path], assetsRoot: path };
  if (!isFolder(path)) return none;
  const entries = await readdir(path, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  if (files.length > mostAssets) {
    throw new VigaError("input_invalid", `${path}: holds ${files.length} files, more than the ${mostAssets} allowed`, {
      hint: "keep only what a program is to load",
    });
  }
  return files.length === 0 ? none : { assets: files.sort(byNumber), assetsRoot: path };
}

/** `view2` before `view10`. */
function byNumber(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}
