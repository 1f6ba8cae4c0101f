import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";

export const root = resolve(import.meta.dirname, "../..");

/** Folders of the design's table, in its order. */
export const folders = [
  "config",
  "machines",
  "prompts",
  "skills",
  "evaluators",
  "bridge",
  "actors",
  "observers",
  "cli",
  "bench",
  "examples",
  "test",
] as const;
export type Folder = (typeof folders)[number];

/** Files under the design's folders with one of the extensions, relative to the repository, without fixtures. */
export function filesIn(within: readonly Folder[], extensions: RegExp): string[] {
  return within.flatMap((folder) => {
    let entries: string[];
    try {
      entries = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
    } catch {
      return [];
    }
    return entries
      .map((entry) => join(folder, entry))
      .filter((file) => extensions.test(file) && !/(^|\/)(fixtures|node_modules|__pycache__)\//.test(file))
      .sort();
  });
}

export function sourceOf(file: string): string {
  return readFileSync(join(root, file), "utf8");
}

export interface Import {
  /** What stands in quotes. */
  from: string;
  /** True for `import type` and `export type`. */
  typeOnly: boolean;
  line: number;
}

/** Blanks out comments, so that an example in a doc comment is no import. Line numbers stay. */
export function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\/|(?<=^|[\s;{}(),])\/\/.*$/gm, (comment) => comment.replace(/[^\n]/g, " "));
}

/** Static imports, re-exports, dynamic imports with a literal, and require calls. */
export function importsOf(source: string): Import[] {
  const code = withoutComments(source);
  const patterns = [
    /^[ \t]*(?:import|export)\s+(type\b)?[^;"'`()]*?\bfrom\s*["']([^"'\n]+)["']/gm,
    /^[ \t]*import\s*()["']([^"'\n]+)["']/gm,
    /\b(?:import|require)\s*\(()\s*["'`]([^"'`\n$]+)["'`]/g,
  ];
  return patterns
    .flatMap((pattern) =>
      [...code.matchAll(pattern)].map((found) => ({
        from: found[2]!,
        typeOnly: found[1] === "type",
        line: code.slice(0, found.index + found[0].search(/\S/)).split("\n").length,
      })),
    )
    .sort((a, b) => a.line - b.line);
}

/** Folders that a file names by a path upwards, in one string or joined from several: `"../../skills/x"`, `"..", "skills"`. */
export function pathsOf(source: string): { to: string; line: number }[] {
  const imported = /\b(from|import|require)(\s*\(?\s*)(["'])[^"'\n]*\3/g;
  const code = withoutComments(source).replace(imported, "$1");
  return [...code.matchAll(/["'`/]\.\.(?:["'`]\s*,\s*["'`]|\/)([a-z_]+)\b/g)].map((found) => ({
    to: found[1]!,
    line: code.slice(0, found.index).split("\n").length,
  }));
}

/** The file an import points to, relative to the repository, or null for a package. */
export function targetOf(file: string, from: string): string | null {
  return from.startsWith(".") ? relative(root, resolve(root, file, "..", from)) : null;
}

/** First folder of the file an import points to, or null for a package. */
export function folderOf(file: string, from: string): string | null {
  return targetOf(file, from)?.split("/")[0] ?? null;
}
