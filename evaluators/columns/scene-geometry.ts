import { readFile } from "node:fs/promises";
import { sceneError, sceneMetrics } from "../geometry/scene-error.ts";
import { readSceneFile } from "../geometry/scene-file.ts";
import type { Column } from "./column.ts";

/** Places, turns and sizes of things, and the camera, against the goal's scene where the data set has its scene.json. */
export const sceneGeometry: Column = {
  metrics: sceneMetrics,
  async measure({ state, read, truth }) {
    const goal = truth.get("json");
    if (goal === undefined || state.scene === undefined) return {};
    const found = readSceneFile((await read(state.scene)).toString("utf8"), "scene.json");
    return sceneError(found, readSceneFile(await readFile(goal, "utf8"), goal)).numbers;
  },
};
