import type { Box } from "./pictures.ts";
import type { Problem } from "./problem.ts";
import { project, towards } from "./projection.ts";
import type { Try } from "./score.ts";
import type { Surveyed } from "./survey.ts";
import type { Masks } from "./sweeper.ts";
import { knobsOf, type Thing } from "./things.ts";

/** Factors a thing's size is tried at, all its knobs together; and one knob alone. */
const sizes = [0.25, 0.32, 0.4, 0.5, 0.63, 0.8, 1.26, 1.6, 2, 2.5, 3.2, 4];
const sizesAlone = [0.4, 0.6, 1.6, 2.5];

/** Factors of a thing's distance from the camera that are tried along the ray it is seen by. */
const depths = [0.6, 0.78, 1.28, 1.65];

/** Degrees that a thing is turned by. */
const turnSteps = Array.from({ length: 11 }, (_, i) => 30 * (i + 1));

/** How far around its place a thing is tried, in its own size. */
const nearby = 0.4;

/** A spot of a view, in shares of its width and height. */
export interface Spot {
  readonly view: number;
  readonly x: number;
  readonly y: number;
  /** Whether it is one where most is left to explain, not one where the thing's own picture fits. */
  readonly amiss: boolean;
}

/** A thing that is looked for, and where it may stand instead. */
export interface Sought extends Surveyed {
  readonly spots: readonly Spot[];
  /** It explains what is seen of it where it stands. */
  readonly stands: boolean;
}

/** The axes that move a thing over the ground it stands on. */
const groundOf = ({ axes }: Thing): Thing["axes"] => (axes.length === 3 ? axes.slice(0, 2) : axes);

type Moved = readonly [knob: number, units: number];

/** Makes the tries for things that are looked for: each a place, a turn, a size, or some of them together. */
export class Tries {
  private readonly problem: Problem;
  private readonly point: readonly number[];
  private readonly masks: Masks;

  constructor(problem: Problem, point: readonly number[], masks: Masks) {
    this.problem = problem;
    this.point = point;
    this.masks = masks;
  }

  /** Where it stands, as something to start from. */
  stay({ thing }: Sought): Try {
    return { owner: thing.name, moved: [], cost: 0 };
  }

  /** Its spots, on the ground where it has three axes, a ring around where it stands, and where the program put it. */
  places(sought: Sought): Try[] {
    const ground = groundOf(sought.thing);
    return [...this.standing(sought, ground), ...this.around(sought, ground), ...this.home(sought)];
  }

  /** A thing that others stand in or before is told by its picture from no place that is near. */
  private around(sought: Sought, ground: Thing["axes"]): Try[] {
    if (ground.length !== 2) return [];
    return Array.from({ length: 8 }, (_, i) => {
      const angle = (i * Math.PI) / 4;
      const off = [Math.cos(angle), Math.sin(angle)].map((part) => nearby * sought.size * part);
      return this.add(
        sought,
        this.stay(sought),
        ground.map(({ knob, slope }, j) => this.shifted(knob, off[j]! / slope)),
      );
    });
  }

  /** Its spots on a wall that faces the camera. */
  walls(sought: Sought): Try[] {
    const { axes } = sought.thing;
    return axes.length === 3 ? this.standing(sought, [axes[0]!, axes[2]!]) : [];
  }

  /** The knobs that may have turned it: what stands upright was turned about the upright axis, exact zeros stay for the fit. */
  private turning(sought: Sought): Thing["turns"] {
    return sought.thing.turns.filter(({ knob, axis }) => axis === 2 || this.problem.knobs[knob]!.value !== 0);
  }

  private turned({ knob, slope }: Thing["turns"][number], degrees: number): Moved {
    return this.shifted(knob, (degrees * Math.PI) / 180 / slope);
  }

  /** On top of another try, its middle seen at a spot, by knobs of the ground it stands on; null where none lead there. */
  put(sought: Sought, base: Try, spot: Omit<Spot, "amiss">, free = groundOf(sought.thing)): Try | null {
    const moves = free.length === 0 ? null : towards(free, sought.centre, this.masks.views[spot.view]!, spot);
    if (moves === null) return null;
    const moved = free.map(({ knob, slope }, i) => this.shifted(knob, moves[i]! / slope));
    return this.add(sought, base, moved);
  }

  /** A try turned a little further, about each axis and about two at once. */
  turnedABit(sought: Sought, base: Try, degrees: number): Try[] {
    const own = this.turning(sought);
    const ways = own.reduce<number[][]>((all, _) => all.flatMap((way) => [-1, 0, 1].map((d) => [...way, d])), [[]]);
    return ways
      .filter((way) => way.some((d) => d !== 0))
      .map((way) =>
        this.add(
          sought,
          base,
          own.flatMap((one, i): Moved[] => (way[i] === 0 ? [] : [this.further(one, base, way[i]! * degrees)])),
        ),
      );
  }

  private further({ knob, slope }: Thing["turns"][number], base: Try, degrees: number): Moved {
    const now = base.moved.find(([k]) => k === knob)?.[1] ?? this.point[knob]!;
    return [knob, this.problem.units(knob, this.problem.value(knob, now) + (degrees * Math.PI) / 180 / slope)];
  }

  /** Where it stands, turned about each axis by steps of 30 degrees. */
  turns(sought: Sought): Try[] {
    const stay = this.stay(sought);
    return this.turning(sought).flatMap((one) => turnSteps.map((d) => this.add(sought, stay, [this.turned(one, d)])));
  }

  /** The same in the spots where most is amiss, which its picture may not tell: it may mirror another place's light. */
  turnsAmiss(sought: Sought): Try[] {
    const bases = this.turns(sought);
    return sought.spots
      .filter(({ amiss }) => amiss)
      .flatMap((spot) => bases.flatMap((base) => this.put(sought, base, spot) ?? []));
  }

  /** The same about one axis and about two at once: where both are wrong, neither alone explains anything. */
  allTurns(sought: Sought): Try[] {
    const stay = this.stay(sought);
    const own = this.turning(sought);
    const pairs = own.flatMap((one, i) => own.slice(i + 1).map((two) => [one, two] as const));
    const both = turnSteps.flatMap((a) => turnSteps.map((b) => [a, b] as const));
    return [
      ...this.turns(sought),
      ...pairs.flatMap(([one, two]) =>
        both.map(([a, b]) => this.add(sought, stay, [this.turned(one, a), this.turned(two, b)])),
      ),
    ];
  }

  /** Sizes from a quarter to four times, on top of another try. */
  sizes(sought: Sought, base: Try): Try[] {
    const { sizes: own } = sought.thing;
    const all =
      own.length === 0
        ? []
        : sizes.map((f) =>
            this.add(
              sought,
              base,
              own.map((k) => this.scaled(k, f)),
              f,
            ),
          );
    const alone =
      own.length < 2 ? [] : own.flatMap((k) => sizesAlone.map((f) => this.add(sought, base, [this.scaled(k, f)], f)));
    return [...all, ...alone];
  }

  /** Other distances from the camera, along the ray it is seen by. */
  depths(sought: Sought): Try[] {
    const { axes } = sought.thing;
    const view = this.masks.views[0]!;
    const seen = axes.length === 3 ? project(view, sought.centre) : null;
    return (seen === null ? [] : depths).flatMap((factor) => {
      const moves = towards(axes, sought.centre, view, { ...seen!, depth: factor * seen!.depth });
      if (moves === null) return [];
      const moved = axes.map(({ knob, slope }, i) => this.shifted(knob, moves[i]! / slope));
      return [this.add(sought, this.stay(sought), moved)];
    });
  }

  private standing(sought: Sought, free: Thing["axes"]): Try[] {
    return sought.spots.flatMap((spot) => this.put(sought, this.stay(sought), spot, free) ?? []);
  }

  /** Another may have been put where this one stands: the other where the program put it, and this one there, turned. */
  instead(sought: Sought, other: Sought): Try[] {
    const back = knobsOf(other.thing).flatMap((k): Moved[] =>
      this.point[k] === this.problem.origin[k] ? [] : [[k, this.problem.origin[k]!]],
    );
    const ground = groundOf(sought.thing);
    if (back.length === 0 || ground.length !== 2) return [];
    const there = ground.map(({ knob, axis, slope }) =>
      this.shifted(knob, (other.centre[axis]! - sought.centre[axis]!) / slope),
    );
    const steps = Array.from({ length: 6 }, (_, i) => 60 * i);
    const upright = this.turning(sought).filter(({ axis }) => axis === 2);
    return (upright.length === 0 ? [0] : steps).map((degrees) => {
      const moved = [...back, ...there, ...upright.map((one) => this.turned(one, degrees))];
      return { owner: sought.thing.name, moved, cost: there.length + upright.length };
    });
  }

  /** A thing may have been moved for another's sake: where the program put it is worth a look, and frees nothing. */
  private home(sought: Sought): Try[] {
    const home = sought.thing.axes.map(({ knob }): Moved => [knob, this.problem.origin[knob]!]);
    if (home.every(([k, u]) => this.point[k] === u)) return [];
    return [{ ...this.add(sought, this.stay(sought), home), cost: 0 }];
  }

  private add(sought: Sought, base: Try, moved: readonly Moved[], grown = 1): Try {
    const all = [...base.moved.filter(([k]) => !moved.some(([other]) => other === k)), ...moved];
    const boxes = this.boxes(sought, all, grown);
    return {
      owner: sought.thing.name,
      moved: all,
      cost: all.length,
      ...(boxes === null ? {} : { within: { boxes, under: sought.without } }),
    };
  }

  /** The part of each view in which the moved thing can show, by where its middle comes to stand; null where it is unknown. */
  private boxes({ thing, centre, region, without }: Sought, moved: readonly Moved[], grown: number): Box[] | null {
    const to = [...centre] as [number, number, number];
    let turned = false;
    for (const [k, units] of moved) {
      const axis = thing.axes.find(({ knob }) => knob === k);
      if (axis) to[axis.axis]! += (this.problem.value(k, units) - this.problem.value(k, this.point[k]!)) * axis.slope;
      turned ||= thing.turns.some(({ knob }) => knob === k);
    }
    const boxes = this.masks.views.map((view, v): Box | null => {
      const [box, from, at] = [region[v] ?? null, project(view, centre), project(view, to)];
      if (box === null || from === null || at === null) return null;
      const { width, height } = without.views[v]!;
      const grow = (1.25 * Math.max(1, grown) * from.depth) / at.depth;
      // About the middle of the thing, which its shadow makes another than the middle of the box.
      const reach = [
        from.x * width - box.left,
        from.y * height - box.top,
        box.right - from.x * width,
        box.bottom - from.y * height,
      ];
      const most = Math.max(...reach);
      const [left, top, right, bottom] = reach.map((r) => grow * Math.max(0, turned ? most : r) + 2) as [
        number,
        number,
        number,
        number,
      ];
      const [x, y] = [at.x * width, at.y * height];
      const cut = {
        left: Math.max(0, Math.floor(x - left)),
        top: Math.max(0, Math.floor(y - top)),
        right: Math.min(width, Math.ceil(x + right)),
        bottom: Math.min(height, Math.ceil(y + bottom)),
      };
      return cut.right - cut.left > 1 && cut.bottom - cut.top > 1 ? cut : null;
    });
    return boxes.includes(null) ? null : (boxes as Box[]);
  }

  private shifted(k: number, by: number): Moved {
    return [k, this.problem.units(k, this.problem.value(k, this.point[k]!) + by)];
  }

  private scaled(k: number, by: number): Moved {
    return [k, this.problem.units(k, this.problem.value(k, this.point[k]!) * by)];
  }
}
