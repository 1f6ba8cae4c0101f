import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { cellConfigs } from "../../../cli/launch/experiment/cell-configs.ts";
import { expandExperiment } from "../../../config/experiment/cells.ts";
import { loadExperiments } from "../../../config/experiment/load-experiment.ts";
import { blenderBench, blenderGym, slideBench } from "../../evaluators/aggregate/paper-tables.ts";

const folder = resolve("experiments");
const shipped = (name: string) =>
  loadExperiments(resolve(folder, name)).map((loaded) => ({ loaded, expanded: expandExperiment(loaded) }));

test.each(readdirSync(folder))("%s names players, keys and values that there are", (name) => {
  for (const { loaded, expanded } of shipped(name)) {
    const configs = cellConfigs(loaded, expanded, []);
    expect(configs.size).toBe(expanded.cells.length);
    for (const config of configs.values()) expect(config.mode).toMatch(/^(blendergym|blenderbench|autopresent)$/);
  }
});

test("offline.yaml is 48 runs of four pairs over six tasks at 64 px and one round", () => {
  const [{ loaded, expanded } = {}] = shipped("offline.yaml");
  expect(expanded?.cells.map(({ values }) => Object.values(values).join(" × "))).toEqual([
    "solver × pixels",
    "solver × mean colour",
    "random search × pixels",
    "random search × mean colour",
  ]);
  expect(expanded!.cells.length * expanded!.seeds.length * loaded!.file.tasks.length).toBe(48);
  for (const { stop, render, roles } of cellConfigs(loaded!, expanded!, []).values()) {
    expect([stop.max_rounds, render.preview.px, render.final.px]).toEqual([1, 64, 64]);
    expect([roles.generator.profile, roles.verifier.profile]).toEqual([null, null]);
  }
});

test("paper.yaml has every row of the paper's tables as a cell, with what the paper prints", () => {
  const [gym, bench, slides] = shipped("paper.yaml").map(({ expanded }) => expanded);
  for (const [expanded, table] of [
    [gym, blenderGym],
    [bench, blenderBench],
  ] as const) {
    const rows = Object.values(table);
    const models = new Set(rows.map(({ model }) => model.split(" ")[0]));
    expect(expanded?.cells).toHaveLength(rows.length + models.size);
    const printed = (model: string, setting: string) => {
      const cell = expanded?.cells.find(({ values }) => values.model === model && values.setting === setting);
      return expanded?.printed.filter((one) => one.cell === cell?.id).map(({ value }) => value);
    };
    for (const { model, values, printed: improvement, baseline } of rows) {
      const [, name = "", setting = ""] = /^(\S+) (.*)$/.exec(model) ?? [];
      expect(printed(name, setting.replace(/ (\d)$/, " best of $1")), model).toEqual([...values, improvement]);
      expect(printed(name, "one-shot")).toEqual(baseline);
    }
  }
  expect(slides?.printed.map(({ value }) => value)).toEqual(
    slideBench.flatMap(({ oneShot, viga, printed }) => [...oneShot, ...viga, printed]),
  );
});
