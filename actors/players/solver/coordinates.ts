import type { Knob, Trace } from "./knobs.ts";

/**
 * A knob in the coordinate it is solved in, scaled so that one unit is a natural step for its kind: the optimiser's
 * trust region and derivative steps are then the same number for metres, watts and degrees.
 */
export interface Coordinate {
  readonly knob: number;
  /** How the number maps: x as it is, its logarithm (positive sizes and energies), or its 2.2nd root (colours). */
  readonly map: "linear" | "log" | "gamma";
  /** Size of one unit in the mapped number. */
  readonly unit: number;
  /** Bounds in units. */
  readonly low: number;
  readonly high: number;
  /** How much farther than others a linear model of it can be trusted: light and colour act almost linearly. */
  readonly stretch: number;
}

const raw = {
  linear: { to: (v: number) => v, from: (x: number) => x },
  log: { to: (v: number) => Math.log(v), from: (x: number) => Math.exp(x) },
  gamma: { to: (v: number) => Math.max(v, 0) ** (1 / 2.2), from: (x: number) => Math.max(x, 0) ** 2.2 },
} as const;

export const toUnits = (c: Coordinate, value: number): number => raw[c.map].to(value) / c.unit;
export const fromUnits = (c: Coordinate, units: number): number => raw[c.map].from(units * c.unit);
export const clampUnits = (c: Coordinate, units: number): number => Math.min(c.high, Math.max(c.low, units));

function coordinate(
  knob: number,
  map: Coordinate["map"],
  unit: number,
  low = Number.NEGATIVE_INFINITY,
  high = Number.POSITIVE_INFINITY,
  stretch = 1,
): Coordinate {
  return { knob, map, unit, low: raw[map].to(low) / unit, high: raw[map].to(high) / unit, stretch };
}

const bright = /energy|strength|power|watts|intensity|emission/i;

/** The RNA path of a shape key's weight. */
export const shapeKeyPath = /(^|\.)key_blocks\[\d+\]\.value$/;

/** What a knob drives, read from the traced properties, else its own name. */
function role(k: Knob, touches: readonly string[]): string {
  const first = touches[0] ?? "";
  const path = first.slice(first.lastIndexOf("/") + 1);
  if (/color\[\d\]$/.test(path)) return "color";
  if (/(^|\.)location\[\d\]$/.test(path)) return "location";
  if (/rotation_euler\[\d\]$/.test(path)) return "angle";
  if (/(^|\.)scale\[\d\]$/.test(path)) return "scale";
  if (shapeKeyPath.test(path)) return "shape";
  if (/(^|\.)(energy|lens|ortho_scale|size|size_y|shadow_soft_size|spot_size)$/.test(path)) return "scale";
  return k.kind;
}

/** Metres that one unit of a place should be, by what is placed: things by their size, cameras and lamps by their distance. */
function strides(knobs: readonly Knob[], trace: Trace): (touches: readonly string[]) => number {
  const { sizes, median } = trace.scene;
  const squares = new Map<string, number>();
  for (const [k, places] of Object.entries(trace.in_place)) {
    for (const [collection, name, path, , slope] of places) {
      if (collection !== "objects" || path !== "location") continue;
      squares.set(name, (squares.get(name) ?? 0) + (knobs[Number(k)]!.value * slope) ** 2);
    }
  }
  return (touches) => {
    const name = /^objects\/(.*)\/location\[\d\]$/.exec(touches[0] ?? "")?.[1];
    const size = name === undefined ? undefined : sizes[name];
    if (size !== undefined) return 0.05 * Math.min(Math.max(size, 0.5 * median), 3 * median);
    const distance = name === undefined ? 0 : Math.sqrt(squares.get(name) ?? 0);
    return Math.max(0.05 * median, 0.025 * distance);
  };
}

/**
 * Three degrees in the number's own measure. What is turned says which: a number that a function makes radians of looks
 * like any other in the text. Where only a rerun sets it, more than a full turn must be degrees.
 */
function turn(k: Knob, trace: Trace): number {
  const slope = trace.in_place[String(k.id)]?.find(([, , path]) => path === "rotation_euler")?.[4];
  const radians = (3 * Math.PI) / 180;
  if (slope !== undefined && slope !== 0) return radians / Math.abs(slope);
  return k.degrees || Math.abs(k.value) > 2 * Math.PI ? 3 : radians;
}

/** Chooses map, unit and bounds of every knob from what it drives and its value. */
export function coordinates(knobs: readonly Knob[], trace: Trace): Coordinate[] {
  const metres = 0.05 * trace.scene.median;
  const stride = strides(knobs, trace);
  return knobs.map((k, i) => {
    const touches = trace.touches[String(i)] ?? [];
    switch (role(k, touches)) {
      case "color":
        return k.value <= 1 && k.value >= 0
          ? coordinate(i, "gamma", 0.04, 0, 1, 2)
          : coordinate(i, "linear", 0.05 * Math.max(1, Math.abs(k.value)));
      case "location":
        return coordinate(i, "linear", stride(touches));
      case "angle":
        return coordinate(i, "linear", turn(k, trace));
      case "scale":
        return k.value > 0
          ? coordinate(
              i,
              "log",
              0.07,
              Math.min(1e-4, k.value / 50),
              k.value * 50,
              bright.test(`${k.label} ${touches[0] ?? ""}`) ? 2.5 : 1,
            )
          : coordinate(i, "linear", metres);
      case "unit":
        return k.value >= 0 && k.value <= 1
          ? coordinate(i, "linear", 0.06, 0, 1)
          : coordinate(i, "linear", 0.06 * Math.max(1, Math.abs(k.value)));
      case "shape":
        return coordinate(i, "linear", 0.06, Math.min(0, k.value), Math.max(1, k.value));
      case "hue":
        return coordinate(i, "linear", 0.03, 0, 1);
      default:
        return coordinate(i, "linear", Math.max(0.05 * Math.abs(k.value), 0.4 * metres));
    }
  });
}
