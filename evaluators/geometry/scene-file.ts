import { z } from "zod";
import { VigaError } from "../../config/errors.ts";

const point = z.tuple([z.number(), z.number(), z.number()]);
export type Point = z.infer<typeof point>;

const thing = z.looseObject({
  name: z.string(),
  type: z.string(),
  /** Euler angles in radians, x then y then z. */
  rotation: point,
  dimensions: point,
  /** In the world; null: it has no extent. */
  box: z.looseObject({ min: point, max: point }).nullable(),
  visible: z.boolean().default(true),
});

const camera = z.looseObject({
  name: z.string(),
  active: z.boolean().default(false),
  location: point,
  rotation: point,
  fov_degrees: z.number(),
});

/** What is read of a scene.json, as the engine describes a scene of Blender's. */
const scene = z.looseObject({
  bounds: z.looseObject({ radius: z.number() }).nullish(),
  cameras: z.array(camera).default([]),
  objects: z.array(thing).default([]),
});
export type SceneTruth = z.infer<typeof scene>;
export type SceneThing = z.infer<typeof thing>;
export type SceneCamera = z.infer<typeof camera>;

/** @throws VigaError input_invalid */
export function readSceneFile(text: string, path: string): SceneTruth {
  try {
    return scene.parse(JSON.parse(text));
  } catch (cause) {
    throw new VigaError("input_invalid", `${path} is no description of a scene`, {
      hint: "give a scene.json of a run's renders folder",
      cause,
    });
  }
}
