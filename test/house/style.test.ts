import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { filesIn, folders, root, sourceOf, withoutComments } from "./sources.ts";

const production = folders.filter((folder) => folder !== "test");
const longest = 300;
const longestTest = 400;

function linesWith(files: readonly string[], pattern: RegExp, code = false): string[] {
  return files.flatMap((file) => {
    const source = code ? withoutComments(sourceOf(file)) : sourceOf(file);
    return source
      .split("\n")
      .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1} ${line.trim()}`] : []));
  });
}

describe("house rules", () => {
  it(`no file of the program is longer than ${longest} lines`, () => {
    const long = filesIn(production, /\.(ts|mjs|py)$/)
      .map((file) => ({ file, lines: sourceOf(file).split("\n").length - 1 }))
      .filter(({ lines }) => lines > longest)
      .map(({ file, lines }) => `${file}: ${lines} lines`);
    expect(long).toEqual([]);
  });

  it(`no file of the tests is longer than ${longestTest} lines`, () => {
    const long = filesIn(["test"], /\.ts$/)
      .map((file) => ({ file, lines: sourceOf(file).split("\n").length - 1 }))
      .filter(({ lines }) => lines > longestTest)
      .map(({ file, lines }) => `${file}: ${lines} lines`);
    expect(long).toEqual([]);
  });

  it("nothing is typed any", () => {
    const files = filesIn(folders, /\.ts$/).filter((file) => !file.startsWith("test/house/"));
    expect(linesWith(files, /((?<!\?):|\bas|<)\s*any\s*([;,)\]>=[]|$)/, true)).toEqual([]);
  });

  it("nothing is left for later or left out: no TODO, FIXME, skipped or single test", () => {
    const files = filesIn(folders, /\.(ts|mjs|py)$/).filter((file) => !file.startsWith("test/house/"));
    expect(linesWith(files, /\b(TODO|FIXME|XXX)\b/)).toEqual([]);
    expect(linesWith(files, /\b(it|test|describe)\.(skip|only|todo)\(/, true)).toEqual([]);
  });

  it("no merge is left unfinished in a program or a text", () => {
    const texts = readdirSync(root).flatMap((name) => (name.endsWith(".md") ? [name] : []));
    const docs = readdirSync(join(root, "docs")).flatMap((name) => (name.endsWith(".md") ? [`docs/${name}`] : []));
    const files = [...filesIn(folders, /\.(ts|mjs|js|py|md|yaml|json)$/), ...texts, ...docs];
    expect(linesWith(files, /^(<{7}|>{7}) /)).toEqual([]);
  });

  it("nobody listens for an abort that may have come already: node:events' addAbortListener tells of that too", () => {
    expect(linesWith(filesIn(production, /\.(ts|mjs)$/), /addEventListener\("abort"/, true)).toEqual([]);
  });

  it("nothing is exported as a whole: every export is named", () => {
    expect(linesWith(filesIn(production, /\.(ts|mjs)$/), /^\s*export \*/, true)).toEqual([]);
  });

  it("nothing is silenced: no ts-ignore and no eslint or biome comment without a reason", () => {
    const files = filesIn(folders, /\.(ts|mjs)$/).filter((file) => !file.startsWith("test/house/"));
    expect(linesWith(files, /@ts-(ignore|nocheck|expect-error)|eslint-disable|biome-ignore [^:]*$/)).toEqual([]);
  });
});
