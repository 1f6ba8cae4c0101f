import type { Dirent, Stats } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, extname, join, relative } from "node:path";
import { z } from "zod";
import { readRegularFile } from "../files/regular-file.ts";
import { wordsOf } from "./rank.ts";

/** A file of a library, as its place and its sidecar tell of it; nothing of it was opened. */
export interface LibraryFile {
  path: string;
  kind: "blend" | "glb" | "gltf" | "obj" | "image";
  bytes: number;
  /** When it, or a file that it needs beside it, was last changed: milliseconds since 1970. */
  changed: number;
  /** Words of its name. */
  name: string[];
  /** Words of the folders below the library's root, and of the sidecar's tags. */
  tags: string[];
  /** The sidecar's, or "". */
  description: string;
  /** Longest side in metres that the sidecar states. */
  metres?: number;
}

export interface Library {
  files: LibraryFile[];
  /** What was not read, and why: a folder passed over in silence would make "nothing fits" untrue. */
  notes: string[];
}

/** `chair.json` beside `chair.glb`: what a file's name does not say. */
const sidecar = z.strictObject({
  tags: z.array(z.string().max(100)).max(100).default([]),
  description: z.string().max(2000).default(""),
  /** Longest side, metres. */
  size: z.number().positive().max(100_000).optional(),
});

const models = new Map<string, LibraryFile["kind"]>([
  [".blend", "blend"],
  [".glb", "glb"],
  [".gltf", "gltf"],
  [".obj", "obj"],
]);
const images = /\.(png|jpe?g|webp)$/i;
const mostFiles = 20_000;
const mostSidecar = 64 * 1024;

/** The 3D files and pictures of libraries, each a folder or one file. Links are not followed. */
export async function readLibrary(roots: readonly string[]): Promise<Library> {
  const library: Library = { files: [], notes: [] };
  const known = new Set<string>();
  for (const root of roots) {
    for (const found of await filesOf(root, library.notes)) {
      if (known.has(found.path)) continue;
      known.add(found.path);
      if (library.files.length === mostFiles) {
        library.notes.push(`Only the first ${mostFiles} files were looked through.`);
        return library;
      }
      library.files.push(found);
    }
  }
  return library;
}

async function filesOf(root: string, notes: string[]): Promise<LibraryFile[]> {
  let found: Stats;
  try {
    found = await stat(root);
  } catch (error) {
    notes.push(`${root} cannot be read: ${codeOf(error)}.`);
    return [];
  }
  if (found.isFile()) return described(dirname(root), [basename(root)], dirname(root), notes);
  const files: LibraryFile[] = [];
  const folders = [root];
  for (let at = folders.pop(); at !== undefined && files.length <= mostFiles; at = folders.pop()) {
    const entries = await readdir(at, { withFileTypes: true }).catch((error: unknown): Dirent[] => {
      notes.push(`${at} cannot be read: ${codeOf(error)}.`);
      return [];
    });
    const below = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith("."));
    folders.push(...below.map(({ name }) => join(at!, name)).sort((a, b) => (a < b ? 1 : -1)));
    const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
    files.push(...(await described(at, names.sort(), root, notes)));
  }
  return files;
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);
const stemOf = (name: string): string => basename(name, extname(name));

async function described(
  folder: string,
  names: readonly string[],
  root: string,
  notes: string[],
): Promise<LibraryFile[]> {
  const stems = new Set(names.filter((name) => models.has(extname(name).toLowerCase())).map(stemOf));
  const files: LibraryFile[] = [];
  for (const name of names) {
    const model = models.get(extname(name).toLowerCase());
    // A picture beside a model of its name is that model's texture or preview.
    if (model === undefined && (!images.test(name) || stems.has(stemOf(name)))) continue;
    const path = join(folder, name);
    const found = await stat(path).catch(() => null);
    if (found === null) continue;
    const own = await besideOf(join(folder, `${stemOf(name)}.json`), notes);
    files.push({
      path,
      kind: model ?? "image",
      bytes: found.size,
      changed: Math.max(found.mtimeMs, ...(await partsChanged(folder, stemOf(name), model))),
      name: wordsOf(stemOf(name)),
      tags: wordsOf([relative(root, folder), ...(own?.tags ?? [])].join(" ")),
      description: own?.description ?? "",
      ...(own?.size === undefined ? {} : { metres: own.size }),
    });
  }
  return files;
}

/** Files that an .obj or .gltf is drawn with. */
async function partsChanged(folder: string, stem: string, kind: LibraryFile["kind"] | undefined): Promise<number[]> {
  const ending = kind === "obj" ? ".mtl" : kind === "gltf" ? ".bin" : null;
  if (ending === null) return [];
  const found = await stat(join(folder, stem + ending)).catch(() => null);
  return found === null ? [] : [found.mtimeMs];
}

async function besideOf(path: string, notes: string[]): Promise<z.output<typeof sidecar> | null> {
  const found = await stat(path).catch(() => null);
  if (found === null) return null;
  try {
    if (found.size > mostSidecar) throw new Error(`it has ${found.size} bytes`);
    return sidecar.parse(JSON.parse(await readRegularFile(path)));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    notes.push(`${path} was not understood: ${why.replaceAll(/\s+/g, " ").slice(0, 200)}.`);
    return null;
  }
}
