import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/**
 * The diff library as a script for a page that opens from disk: it defines `Diff`, as its documentation has it. Its licence
 * stands before it.
 */
export async function diffScript(): Promise<string> {
  const folder = dirname(createRequire(import.meta.url).resolve("diff/package.json"));
  const [licence, script] = await Promise.all(
    ["LICENSE", join("dist", "diff.min.js")].map((name) => readFile(join(folder, name), "utf8")),
  );
  return `/*! diff\n${licence}*/\n${script}`;
}
