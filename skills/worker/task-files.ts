import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { basename, extname, join, relative, sep } from "node:path";

/** A file larger than this is not handed to a program. */
const mostBytes = 64 * 2 ** 20;
/** Names told of the files that there are. */
const mostNames = 12;

const types: Readonly<Record<string, string>> = {
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".gif": "image/gif",
  ".webp": "image/webp",
  ".svg": "image/svg+xml",
  ".css": "text/css",
  ".js": "text/javascript",
  ".woff": "font/woff",
  ".woff2": "font/woff2",
  ".ttf": "font/ttf",
  ".otf": "font/otf",
};

export interface Served {
  bytes: Buffer;
  type: string;
}

/**
 * The file of the task that an address names; null where the task has none of that name. Only what lies in the task's own
 * folder of files is ever read, wherever a link in it leads, and what is no plain file is not.
 */
export function fileFor(url: string, home: string, assets: readonly string[] = []): Served | null {
  if (!url.startsWith(home)) return null;
  const path = safely(() => decodeURIComponent(new URL(url).pathname).replace(/^\/+/, ""));
  if (path === undefined || path === "" || path.includes("\0")) return null;
  for (const each of assets) {
    const served = fileIn(each, path);
    if (served !== null) return served;
  }
  return null;
}

function fileIn(assets: string, path: string): Served | null {
  const root = safely(() => realpathSync(assets));
  if (root === undefined) return null;
  const folder = statSync(root).isDirectory();
  if (!folder) return path === basename(assets) || basename(path) === basename(assets) ? read(root) : null;
  // A program may name its files with their folder or without.
  const name = basename(root);
  const places = [path, ...(path.startsWith(`${name}/`) ? [path.slice(name.length + 1)] : [])];
  for (const place of places) {
    const found = safely(() => realpathSync(join(root, place)));
    if (found?.startsWith(root + sep) === true) return read(found);
  }
  return null;
}

/** Names of the task's files, for whoever asked for one that is not there. */
export function fileNames(assets: readonly string[] = []): string[] {
  return assets.flatMap(namesIn).slice(0, mostNames);
}

/** A file of the task: where it lies, and its name in the task's folder of files. */
export interface TaskFile {
  name: string;
  /** The same with its folder's name before it, where it lies in one. */
  full: string;
  bytes: Buffer;
}

/**
 * The files of a task, read; links and what is no plain file are none of them.
 * @param most bytes of all together
 * @returns with the names of those that were left out as too large
 */
export function taskFiles(assets: readonly string[], most: number): { files: TaskFile[]; large: string[] } {
  const files: TaskFile[] = [];
  const large: string[] = [];
  let room = most;
  for (const each of assets) {
    const root = safely(() => realpathSync(each));
    if (root === undefined) continue;
    const folder = statSync(root).isDirectory();
    for (const name of namesIn(each)) {
      const path = folder ? join(root, name) : root;
      const served = (safely(() => statSync(path))?.size ?? 0) > room ? null : read(path);
      if (served === null) large.push(name);
      else files.push({ name, full: folder ? join(basename(root), name) : name, bytes: served.bytes });
      room -= served?.bytes.length ?? 0;
    }
  }
  return { files, large };
}

function namesIn(assets: string): string[] {
  const root = safely(() => realpathSync(assets));
  if (root === undefined) return [];
  if (!statSync(root).isDirectory()) return [basename(assets)];
  const entries = readdirSync(root, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}

function read(path: string): Served | null {
  const found = safely(() => statSync(path));
  if (found?.isFile() !== true || found.size > mostBytes) return null;
  const bytes = safely(() => readFileSync(path));
  return bytes === undefined ? null : { bytes, type: types[extname(path).toLowerCase()] ?? "application/octet-stream" };
}

function safely<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    // Not there, or not ours to read: for the page it is the same.
    return undefined;
  }
}
