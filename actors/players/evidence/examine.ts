import { withGains } from "../../../evaluators/pictures/gains.ts";
import { labelAt, type ObjectMap } from "../../../evaluators/pictures/object-map.ts";
import type { Picture } from "../../../evaluators/pictures/picture.ts";
import { alignedGoal } from "../../../evaluators/pictures/pl.ts";
import {
  type Differences,
  differences,
  type LightDifference,
  lightDifference,
} from "../../../evaluators/pictures/regions.ts";
import { matchThings, type ThingMatch } from "../../../evaluators/pictures/thing-match.ts";

/** A render, its target, and which thing each of the render's pixels shows (null: not known). */
export interface Compared {
  render: Picture;
  target: Picture;
  map: ObjectMap | null;
}

/** A thing that stands elsewhere in the target or is not found there, with the PL inside its old and new outline. */
export interface MisplacedThing extends ThingMatch {
  loss: number;
}

/** What differs, taken apart: things out of place, light and colour everywhere, and regions with the rest. */
export interface Examined {
  misplaced: MisplacedThing[];
  /** Things whose place is known, right or wrong. */
  known: number;
  /** Light and colour of what is in place. */
  light: LightDifference;
  /** True: `rest` is measured as if light and colour everywhere were corrected. */
  corrected: boolean;
  rest: Differences;
}

/** PL from which a difference is worth a word. */
export const leastLoss = 0.00002;
/** Part of the loss that light and colour everywhere must explain to be told apart. */
const leastLight = 0.15;

/** Marks the pixels of each misplaced thing, where it is and where it should be: 1 + its index. */
function outlines(things: readonly ThingMatch[], map: ObjectMap, { width, height }: Picture): Uint8Array {
  const owner = new Uint8Array(width * height);
  const byLabel = new Map(things.map((thing, index) => [thing.label, index + 1]));
  // One cell of the map further out: edges are soft.
  const [ex, ey] = [1 / map.width, 1 / map.height];
  const around = [
    [0, 0],
    [-ex, 0],
    [ex, 0],
    [0, -ey],
    [0, ey],
  ] as const;
  const moved = things.map((thing, index) => ({ ...thing, owner: index + 1 })).filter(({ state }) => state === "moved");
  for (let at = 0; at < owner.length; at++) {
    const [x, y] = [((at % width) + 0.5) / width, (Math.floor(at / width) + 0.5) / height];
    for (const [dx, dy] of around) owner[at] ||= byLabel.get(labelAt(map, x + dx, y + dy)) ?? 0;
    for (const { wanted, rect, size, label, owner: index } of moved) {
      if (owner[at] !== 0) break;
      if (x < wanted.left - ex || x > wanted.right + ex || y < wanted.top - ey || y > wanted.bottom + ey) continue;
      const from = (value: number, to: number, centre: number) => centre + (value - to) * size;
      const sx = from(x, (wanted.left + wanted.right) / 2, (rect.left + rect.right) / 2);
      const sy = from(y, (wanted.top + wanted.bottom) / 2, (rect.top + rect.bottom) / 2);
      if (around.some(([dx, dy]) => labelAt(map, sx + dx, sy + dy) === label)) owner[at] = index;
    }
  }
  return owner;
}

/** PL of the pixels that each owner has. */
function losses(render: Picture, goal: Picture, owner: Uint8Array, count: number): number[] {
  const sums = new Array<number>(count).fill(0);
  for (const [at, index] of owner.entries()) {
    if (index === 0) continue;
    for (let i = 3 * at; i < 3 * at + 3; i++) sums[index - 1]! += (render.rgb[i]! - goal.rgb[i]!) ** 2;
  }
  return sums.map((sum) => sum / (render.rgb.length * 255 * 255));
}

/** Takes a difference apart. A thing that is elsewhere is told as that: its pixels say nothing of colour or light. */
export function examine({ render, target, map }: Compared): Examined {
  const goal = alignedGoal(render, target);
  const matched = map === null ? [] : matchThings(render, goal, map);
  // More owners than a byte holds would not be read by anyone.
  const away = matched.filter(({ state }) => state !== "in_place").slice(0, 200);
  const ignored = map === null || away.length === 0 ? null : outlines(away, map, render);
  const loss = ignored === null ? [] : losses(render, goal, ignored, away.length);
  const light = lightDifference(render, goal, ignored);
  const gained = light.pl - light.plAfterGains;
  const corrected = gained >= leastLight * light.pl && gained >= leastLoss;
  const seen = corrected ? withGains(render, light.shift.gains) : render;
  return {
    misplaced: away.map((thing, index) => ({ ...thing, loss: loss[index]! })),
    known: matched.filter(({ state }) => state !== "lost").length,
    light,
    corrected,
    rest: differences(seen, goal, { map, ignored }),
  };
}
