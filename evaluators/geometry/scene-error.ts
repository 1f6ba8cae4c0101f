import type { MetricInfo } from "../../machines/domain/index.ts";
import type { Point, SceneCamera, SceneThing, SceneTruth } from "./scene-file.ts";

const info = (name: string, label: string, title: string, unit: string): MetricInfo => ({
  name,
  label,
  title,
  better: "lower",
  unit,
  digits: 3,
});

export const sceneMetrics: readonly MetricInfo[] = [
  info(
    "place_error",
    "place",
    "mean distance of things' middles from the goal's, as a part of the goal scene's radius",
    "",
  ),
  info("turn_error", "turn", "mean angle between things' orientations and the goal's", "°"),
  info("size_error", "size", "mean of |ln| of things' sizes over the goal's", ""),
  info("missing_things", "missing", "part of the goal's things that the scene has not", ""),
  info("extra_things", "extra", "things that the goal has not, as a part of the goal's", ""),
  info(
    "camera_place_error",
    "camera place",
    "distance of the camera from the goal's, as a part of the goal scene's radius",
    "",
  ),
  info("camera_turn_error", "camera turn", "angle between the camera's orientation and the goal's", "°"),
  info("camera_view_error", "camera view", "difference of the fields of view", "°"),
];

/** What differs between a thing and the goal's thing of the same name. */
export interface ThingError {
  name: string;
  place: number;
  turn: number;
  size: number;
}

export interface SceneError {
  things: ThingError[];
  missing: string[];
  extra: string[];
  /** By name of sceneMetrics; what cannot be told (a scene without a camera) is left out. */
  numbers: Record<string, number>;
}

const distance = (a: Point, b: Point) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

/** Rows of the matrix that turns by x, then y, then z, as Blender's XYZ order does. */
function rotationOf([x, y, z]: Point): Point[] {
  const [cx, sx, cy, sy, cz, sz] = [Math.cos(x), Math.sin(x), Math.cos(y), Math.sin(y), Math.cos(z), Math.sin(z)];
  return [
    [cz * cy, cz * sy * sx - sz * cx, cz * sy * cx + sz * sx],
    [sz * cy, sz * sy * sx + cz * cx, sz * sy * cx - cz * sx],
    [-sy, cy * sx, cy * cx],
  ];
}

/** Angle in degrees of the turn that leads from one orientation to the other, 0 to 180. */
export function angleBetween(one: Point, other: Point): number {
  const [a, b] = [rotationOf(one), rotationOf(other)];
  let trace = 0;
  for (let row = 0; row < 3; row++)
    for (let column = 0; column < 3; column++) trace += a[row]![column]! * b[row]![column]!;
  return (Math.acos(Math.min(1, Math.max(-1, (trace - 1) / 2))) * 180) / Math.PI;
}

const middle = ({ min, max }: { min: Point; max: Point }): Point => [
  (min[0] + max[0]) / 2,
  (min[1] + max[1]) / 2,
  (min[2] + max[2]) / 2,
];

/** Mean |ln| of the sides' ratios; sides of no length on both sides agree. */
function sizeError(one: Point, other: Point): number {
  const least = 1e-4;
  return (
    one.reduce(
      (sum, side, axis) => sum + Math.abs(Math.log(Math.max(side, least) / Math.max(other[axis]!, least))),
      0,
    ) / 3
  );
}

const solid = ({ objects }: SceneTruth) =>
  objects.filter(
    (thing): thing is SceneThing & { box: { min: Point; max: Point } } => thing.visible && thing.box !== null,
  );

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function cameraOf({ cameras }: SceneTruth, name?: string): SceneCamera | undefined {
  return cameras.find((one) => one.name === name) ?? cameras.find(({ active }) => active) ?? cameras[0];
}

/**
 * A scene against the goal's scene, thing by thing of the same name: edits keep names, so other names are other things. The
 * camera is the one that is called like the goal's active one, else the scene's own active one.
 */
export function sceneError(found: SceneTruth, goal: SceneTruth): SceneError {
  const [ours, theirs] = [new Map(solid(found).map((one) => [one.name, one])), solid(goal)];
  const radius = goal.bounds?.radius || 1;
  const things = theirs.flatMap((wanted): ThingError[] => {
    const one = ours.get(wanted.name);
    if (one === undefined) return [];
    const place = distance(middle(one.box), middle(wanted.box)) / radius;
    return [
      {
        name: wanted.name,
        place,
        turn: angleBetween(one.rotation, wanted.rotation),
        size: sizeError(one.dimensions, wanted.dimensions),
      },
    ];
  });
  const names = new Set(theirs.map(({ name }) => name));
  const missing = [...names].filter((name) => !ours.has(name));
  const extra = [...ours.keys()].filter((name) => !names.has(name));
  const numbers: Record<string, number> = {};
  if (things.length > 0) {
    numbers.place_error = mean(things.map(({ place }) => place));
    numbers.turn_error = mean(things.map(({ turn }) => turn));
    numbers.size_error = mean(things.map(({ size }) => size));
  }
  if (names.size > 0) {
    numbers.missing_things = missing.length / names.size;
    numbers.extra_things = extra.length / names.size;
  }
  const wanted = cameraOf(goal);
  const camera = wanted && cameraOf(found, wanted.name);
  if (wanted !== undefined && camera !== undefined) {
    numbers.camera_place_error = distance(camera.location, wanted.location) / radius;
    numbers.camera_turn_error = angleBetween(camera.rotation, wanted.rotation);
    numbers.camera_view_error = Math.abs(camera.fov_degrees - wanted.fov_degrees);
  }
  return { things, missing, extra, numbers };
}
