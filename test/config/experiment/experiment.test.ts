import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { VigaError } from "../../../config/errors.ts";
import { expandExperiment } from "../../../config/experiment/cells.ts";
import { experimentFile } from "../../../config/experiment/experiment-file.ts";
import { loadExperiments } from "../../../config/experiment/load-experiment.ts";
import { experimentJsonSchemaText, experimentSchemaFile } from "../../../config/jsonschema.ts";

const dir = mkdtempSync(join(tmpdir(), "viga-experiment-file-"));
afterAll(() => rmSync(dir, { recursive: true }));

function load(text: string) {
  writeFileSync(join(dir, "e.yaml"), text);
  return loadExperiments("e.yaml", dir);
}

function said(text: string): string {
  try {
    for (const loaded of load(text)) expandExperiment(loaded);
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(VigaError);
    return (thrown as VigaError).message;
  }
  return "nothing";
}

const whole = `name: small
tasks: [a]
matrix:
  roles.generator: [solver, { label: mine, value: { player: "command:./mine" } }]
  access:
    everything:
    single view: { roles.verifier.skills: [] }
  candidates: [1, 4]
`;

describe("an experiment's file", () => {
  it("takes its file's name where it says none, and seeds beside as many repeats", () => {
    const [loaded] = load(`${whole.replace(/^name:.*\n/m, "")}seeds: [4, 7]\nrepeats: 2\n`);
    expect(loaded!.file.name).toBe("e");
    expect(expandExperiment(loaded!).seeds).toEqual([4, 7]);
  });

  it("crosses its axes in order, each cell with its labels, a folder's name and what it sets", () => {
    const [loaded] = load(`${whole}set: { stop.max_rounds: 3 }\nseeds: [4, 7]\n`);
    const { cells, axes, seeds, baseline, excluded } = expandExperiment(loaded!);
    expect(axes.map(({ name, values }) => [name, values.map(({ label }) => label)])).toEqual([
      ["roles.generator", ["solver", "mine"]],
      ["access", ["everything", "single view"]],
      ["candidates", ["1", "4"]],
    ]);
    expect(cells).toHaveLength(8);
    expect(cells.map(({ id }) => id).slice(0, 4)).toEqual([
      "solver_everything_1",
      "solver_everything_4",
      "solver_single-view_1",
      "solver_single-view_4",
    ]);
    expect(cells[7]?.values).toEqual({ "roles.generator": "mine", access: "single view", candidates: "4" });
    expect(cells[7]?.assignments.map(({ path, value, label }) => [path.join("."), value, label])).toEqual([
      ["stop.max_rounds", 3, "e.yaml:9"],
      ["roles.generator", { player: "command:./mine" }, "e.yaml:4"],
      ["roles.verifier.skills", [], "e.yaml:7"],
      ["candidates", 4, "e.yaml:8"],
    ]);
    expect([seeds, baseline, excluded]).toEqual([[4, 7], "solver_everything_1", []]);
  });

  it("leaves out what it excludes by some of its labels, and finds its baseline and printed values by some", () => {
    const [loaded] = load(`${whole}exclude: [{ roles.generator: mine, candidates: 4 }]
baseline: { roles.generator: mine }
printed: [{ cell: { access: single view, candidates: 1 }, values: { pl: 7.9 }, source: Table 2 }]
repeats: 2
`);
    const { cells, excluded, baseline, printed, seeds } = expandExperiment(loaded!);
    expect([cells.length, excluded.length, baseline, seeds]).toEqual([6, 2, "mine_everything_1", [1, 2]]);
    expect(printed).toEqual([{ cell: "solver_single-view_1", metric: "pl", value: 7.9, source: "Table 2" }]);
  });

  it("may hold several experiments, each with its own lines", () => {
    expect(load(`${whole}---\nname: other\ntasks: [b]\nmatrix: { refine: [none, solver] }\n`)).toHaveLength(2);
    expect(
      said(`${whole}---\nname: other\ntasks: [b]\nmatrix: { refine: [none] }\nbaseline: { refin: none }\n`),
    ).toMatch(
      /^e\.yaml:13: baseline\.refin: expected an axis of the matrix \(refine\), got "refin"; did you mean "refine"\?$/,
    );
    expect(said(`${whole}---\n${whole}`)).toMatch(/e\.yaml:10: name: another experiment of this file is called small/);
  });

  it.each([
    ["name: Small\ntasks: [a]\nmatrix: { a: [1] }\n", /^e\.yaml:1: name: expected a folder's name.*, got "Small"$/],
    [`${whole}baselin: {}\n`, /^e\.yaml:9: baselin: unknown key; did you mean "baseline"\?/],
    [`${whole}exclude: [{ candidates: 2 }]\n`, /^e\.yaml:9: exclude\[0\]\.candidates: expected one of 1, 4, got "2"/],
    [`${whole}seeds: [1, 1]\n`, /seeds: names a seed twice/],
    [
      `${whole}seeds: [1]\nrepeats: 2\n`,
      /^e\.yaml:10: repeats: expected as many as there are seeds, or one of the two/,
    ],
    [`${whole}exclude: [{}]\n`, /exclude: leaves no cell to run/],
    [
      `${whole}baseline: { candidates: 1 }\nexclude: [{ candidates: 1 }]\n`,
      /baseline: names a combination that exclude/,
    ],
    ["name: a\ntasks: [a]\nmatrix: {}\n", /matrix: expected at least one axis/],
    ["name: a\ntasks: []\nmatrix: { refine: [none] }\n", /tasks: expected at least 1 entry/],
    ["name: a\ntasks: { dta: x }\nmatrix: { refine: [none] }\n", /tasks/],
    ["name: a\ntasks: [a]\nmatrix: { refine: none }\n", /matrix\.refine: expected a list of values for that key/],
    ["name: a\ntasks: [a]\nmatrix: { seed: [1, 2] }\n", /seed cannot be set here: write seeds: \[1, 2\], or repeats/],
    ["name: a\ntasks: [a]\nmatrix: { executors: [[]] }\n", /executors cannot be set here: it is shared by all cells/],
    ["name: a\ntasks: [a]\nset: { task.dir: x }\nmatrix: { refine: [none] }\n", /^e\.yaml:3: set\."task\.dir": task/],
    ["name: a\ntasks: [a]\nmatrix: { refine: [solver, solver] }\n", /another value is called "solver", too/],
    [`name: a\ntasks: [a]\nmatrix: { refine: ["${"x".repeat(80)}"] }\n`, /too long for a label/],
    ["name: a\ntasks: [a]\nmatrix: { ..x: [1] }\n", /expected a key like roles\.verifier, got "\.\.x"/],
    ["", /is empty; expected an experiment/],
    ["- a\n", /expected keys and values .* got a list/],
    ["name: [\n", /^e\.yaml:/],
  ])("%j is told in one line with its place", (text, words) => {
    const message = said(text);
    expect(message).toMatch(words);
    for (const line of message.split("\n")) expect(line).toMatch(/^e\.yaml/);
  });

  it("whatever it holds, is read or refused with lines that name it", () => {
    const keys = [...Object.keys(experimentFile.shape), "__proto__", "player", "label", "value", "a.b"];
    const scalar = fc.oneof(
      fc.constant(null),
      fc.boolean(),
      fc.integer(),
      fc.double(),
      fc.constantFrom("solver", "a"),
      fc.string(),
    );
    const tree = fc.letrec((tie) => ({
      node: fc.oneof({ maxDepth: 4 }, scalar, fc.array(tie("node"), { maxLength: 3 }), tie("map")),
      map: fc.dictionary(fc.oneof(fc.constantFrom(...keys), fc.string()), tie("node"), { maxKeys: 5 }),
    }));
    const sound = { name: "a", tasks: ["a"], matrix: { refine: ["none"] } };
    fc.assert(
      fc.property(tree.map, fc.boolean(), (map, filled) => {
        const message = said(stringify(filled ? { ...sound, ...(map as object) } : map));
        if (message !== "nothing") for (const line of message.split("\n")) expect(line).toMatch(/^e\.yaml/);
      }),
      { numRuns: 300 },
    );
  });

  it("has a JSON Schema for editors; mend with `node config/jsonschema.ts`", () => {
    const committed = readFileSync(resolve(import.meta.dirname, "../../..", experimentSchemaFile), "utf8");
    expect(JSON.parse(committed)).toEqual(JSON.parse(experimentJsonSchemaText()));
  });
});
