import { expect, it } from "vitest";
import { resolveConfig } from "../../config/loader.ts";

const patience = (player: string, ...sets: string[]) => {
  const { plateau } = resolveConfig({
    mode: "static_scene",
    env: {},
    sets: [`roles.generator=${player}`, ...sets],
  }).stop;
  return plateau === false ? false : plateau.patience;
};

it("a run waits for a gain by who plays the generator, unless the configuration says how long", () => {
  expect(patience("solver")).toBe(3);
  expect(patience("claude-sonnet-5-5")).toBe(5);
  expect(patience("command:./own.sh")).toBe(5);
  expect(patience("claude-sonnet-5-5", "stop.plateau.min_gain=0.01")).toBe(5);
  expect(patience("claude-sonnet-5-5", "stop.plateau.patience=2")).toBe(2);
  expect(patience("solver", "stop.plateau=false")).toBe(false);
});

it("staged prompts are a setting of scenes and of BlenderBench", () => {
  for (const mode of ["static_scene", "dynamic_scene", "blenderbench"]) {
    expect(resolveConfig({ mode, env: {}, sets: ["prompt=staged"] }).prompt).toBe("staged");
  }
  expect(() => resolveConfig({ mode: "blendergym", env: {}, sets: ["prompt=staged"] })).toThrow(/expected one of none/);
});
