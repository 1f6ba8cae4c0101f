import { builtinModules } from "node:module";
import { describe, expect, it } from "vitest";
import { type Folder, filesIn, folderOf, folders, importsOf, pathsOf, sourceOf, targetOf } from "./sources.ts";

/** Tools as data, and the type that says what one is. */
const tools = /^skills\/(tool\.ts$|[a-z_]+\/tools\/)/;

/**
 * The design's table: whom each folder may import, besides itself. A name is a whole folder, a pattern the files of
 * another that match it.
 */
const allowed: Record<Folder, readonly (string | RegExp)[]> = {
  config: [],
  machines: [],
  prompts: ["config"],
  skills: ["config", "bridge"],
  evaluators: ["config"],
  bridge: ["config", /^skills\/[a-z_]+\/entry\.ts$/],
  actors: ["machines", "bridge", "config", "prompts", "evaluators", tools],
  observers: ["bridge", "config", /^evaluators\/drawings\//],
  cli: folders.filter((folder) => folder !== "test"),
  bench: folders,
  examples: folders,
  test: folders,
};

/** The ring's words are zod data without behaviour: every folder may import them. */
const words = "machines/domain/";

/** Packages that belong to one place, so that replacing them is a change in one place. */
const homes: Record<string, readonly string[]> = {
  nats: ["bridge/bus"],
  openai: ["bridge/models"],
  diff: ["bridge/text"],
  "playwright-core": ["skills/web"],
  "@modelcontextprotocol/sdk": ["bridge/mcp", "skills"],
};

const builtin = new Set([...builtinModules, ...builtinModules.map((name) => `node:${name}`)]);
const everything = folders.flatMap((folder) =>
  filesIn([folder], /\.ts$/).map((file) => ({ folder, file, imports: importsOf(sourceOf(file)) })),
);
const production = everything.filter(({ folder }) => !["test", "bench", "examples"].includes(folder));

function packageOf(from: string): string {
  const parts = from.split("/");
  return from.startsWith("@") ? parts.slice(0, 2).join("/") : parts[0]!;
}

function mayImport(others: readonly (string | RegExp)[], target: string): boolean {
  if (target.startsWith(words)) return true;
  return others.some((other) => (typeof other === "string" ? target.split("/")[0] === other : other.test(target)));
}

describe("the scanner of imports", () => {
  it("sees static, type-only, bare, re-exported, dynamic and several-line imports", () => {
    const source = [
      'import a from "./a.ts";',
      'import type { B } from "./b.ts";',
      'import "./c.ts";',
      'export { d } from "./d.ts";',
      "import {",
      "  e,",
      "  f,",
      '} from "./e.ts";',
      'const g = await import("./g.ts");',
      'const h = require("h");',
    ].join("\n");
    expect(importsOf(source)).toEqual([
      { from: "./a.ts", typeOnly: false, line: 1 },
      { from: "./b.ts", typeOnly: true, line: 2 },
      { from: "./c.ts", typeOnly: false, line: 3 },
      { from: "./d.ts", typeOnly: false, line: 4 },
      { from: "./e.ts", typeOnly: false, line: 5 },
      { from: "./g.ts", typeOnly: false, line: 9 },
      { from: "h", typeOnly: false, line: 10 },
    ]);
  });

  it("takes no comment and no text for an import", () => {
    expect(importsOf('// import x from "./x.ts";\n/* import "./y.ts" */\nconst s = "import bpy";')).toEqual([]);
  });

  it("finds the project's files", () => {
    expect(everything.map(({ file }) => file)).toContain("config/errors.ts");
    expect(everything.flatMap(({ imports }) => imports).length).toBeGreaterThan(100);
  });
});

describe("who may import whom", () => {
  it.each(Object.entries(allowed))("%s imports only what the design's table lets it", (folder, others) => {
    const wrong = everything
      .filter((entry) => entry.folder === folder)
      .flatMap(({ file, imports }) =>
        imports
          .map((found) => ({ ...found, to: folderOf(file, found.from) }))
          .filter(({ to }) => to !== null && to !== folder && (folders as readonly string[]).includes(to))
          .filter(({ from }) => !mayImport(others, targetOf(file, from)!))
          .map(({ from, line }) => `${file}:${line} imports ${from}`),
      );
    expect(wrong).toEqual([]);
  });

  it.each([
    ["skills", tools],
    ["skills", /^skills\/[a-z_]+\/entry\.ts$/],
  ] as const)("in %s, %s is data: it imports no other folder and nothing of its own skill", (folder, data) => {
    const files = everything.filter((entry) => entry.folder === folder && data.test(entry.file));
    expect(files).not.toEqual([]);
    const wrong = files.flatMap(({ file, imports }) =>
      imports
        .map((found) => ({ ...found, to: targetOf(file, found.from) }))
        .filter(({ to }) => to !== null && !to.startsWith(words) && !tools.test(to))
        .map(({ from, line }) => `${file}:${line} imports ${from}`),
    );
    expect(wrong).toEqual([]);
  });

  it("no file reaches another folder by a path in a string", () => {
    const wrong = production
      .filter(({ folder }) => folder !== "cli")
      .flatMap(({ folder, file }) =>
        pathsOf(sourceOf(file))
          .filter(({ to }) => to !== folder && (folders as readonly string[]).includes(to))
          .map(({ to, line }) => `${file}:${line} reaches ${to}`),
      );
    expect(wrong).toEqual([]);
    expect(pathsOf('new URL("../../skills/x.py", u);\njoin(here, "..", "..", "config");\n// "../a/b"')).toEqual([
      { to: "skills", line: 1 },
      { to: "config", line: 2 },
    ]);
  });

  it.each(Object.entries(homes))("%s is imported in its own place only", (name, places) => {
    const wrong = production.flatMap(({ file, imports }) =>
      imports
        .filter(({ from }) => packageOf(from) === name && !places.some((place) => file.startsWith(`${place}/`)))
        .map(({ line }) => `${file}:${line} imports ${name}; only ${places.join(", ")} may`),
    );
    expect(wrong).toEqual([]);
  });

  it("machines do no I/O: no Node built-ins, nothing but xstate and zod", () => {
    const wrong = everything
      .filter(({ folder }) => folder === "machines")
      .flatMap(({ file, imports }) =>
        imports
          .filter(({ from }) => {
            const to = folderOf(file, from);
            if (to === "machines") return false;
            return to !== null || builtin.has(from) || !["xstate", "zod"].includes(packageOf(from));
          })
          .map(({ from, line }) => `${file}:${line} imports ${from}`),
      );
    expect(wrong).toEqual([]);
  });

  it("no files import each other in a circle, types included", () => {
    const next = new Map(
      everything.map(({ file, imports }) => [file, imports.flatMap(({ from }) => targetOf(file, from) ?? [])]),
    );
    const circles = new Set<string>();
    const done = new Set<string>();
    const walk = (file: string, path: readonly string[]): void => {
      const at = path.indexOf(file);
      if (at >= 0) circles.add([...path.slice(at), file].join(" -> "));
      if (at >= 0 || done.has(file)) return;
      for (const to of next.get(file) ?? []) walk(to, [...path, file]);
      done.add(file);
    };
    for (const file of next.keys()) walk(file, []);
    expect([...circles]).toEqual([]);
  });

  it("every import of a file of ours names its .ts suffix", () => {
    const wrong = everything.flatMap(({ file, imports }) =>
      imports
        .filter(({ from }) => from.startsWith(".") && !/\.(ts|mjs|json)$/.test(from))
        .map(({ from, line }) => `${file}:${line} imports ${from}`),
    );
    expect(wrong).toEqual([]);
  });
});
