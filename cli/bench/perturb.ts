import { drawsOf } from "../../evaluators/aggregate/resample.ts";

/** What a scene of the verifier bench may have wrong; `nothing` is the same scene drawn with other noise. */
export const kinds = ["nothing", "moved", "removed", "recoloured", "resized", "turned", "light", "camera"] as const;
export type Kind = (typeof kinds)[number];

/** A known difference between a render and its target, as the picture shows it. */
export interface Perturbation {
  kind: Kind;
  /** The thing it concerns; null: the whole picture. */
  thing: string | null;
  /** The thing's middle in the target, in fractions of the picture. */
  at: { x: number; y: number } | null;
  /** Which way the render is off. */
  direction: "left" | "right" | "up" | "down" | "larger" | "smaller" | "brighter" | "darker" | null;
  /** By how much: part of the picture's side, a factor, or degrees; null where no number is meant. */
  amount: number | null;
  /** Lines that make the scene so, after those of the goal. */
  lines: string;
}

/** Side of the square that the camera sees, in the scene's unit. */
const seen = 6;
/** Height of the camera, and so of the picture's middle. */
const eye = 2.1;

interface Thing {
  name: string;
  make: string;
  /** Height of its middle above the table where it stands. */
  half: number;
  /** Whether a turn shows in the picture. */
  turns: boolean;
}

const things: readonly Thing[] = [
  {
    name: "Ball",
    make: "bpy.ops.mesh.primitive_uv_sphere_add(radius=0.45, segments=48, ring_count=24)",
    half: 0.45,
    turns: false,
  },
  { name: "Box", make: "bpy.ops.mesh.primitive_cube_add(size=0.8)", half: 0.4, turns: true },
  {
    name: "Cone",
    make: "bpy.ops.mesh.primitive_cone_add(radius1=0.45, depth=1.0, vertices=48)",
    half: 0.5,
    turns: true,
  },
  {
    name: "Pillar",
    make: "bpy.ops.mesh.primitive_cylinder_add(radius=0.25, depth=1.2, vertices=48)",
    half: 0.6,
    turns: true,
  },
  {
    name: "Slab",
    make: "bpy.ops.mesh.primitive_cube_add(size=0.9)\nbpy.context.object.scale = (1.0, 1.0, 0.35)",
    half: 0.16,
    turns: true,
  },
];

const colours = ["(0.7, 0.1, 0.08)", "(0.1, 0.3, 0.7)", "(0.12, 0.5, 0.15)", "(0.75, 0.5, 0.08)", "(0.5, 0.15, 0.5)"];

/** Where things stand: two shelves of places, so that none hides another. */
const places = [
  [-2.1, 0.1],
  [-0.1, 0.1],
  [2.0, 0.1],
  [-1.1, 2.1],
  [1.1, 2.1],
] as const;

export interface BenchScene {
  /** Names of its things. */
  names: readonly string[];
  goal: string;
  perturbations: readonly Perturbation[];
}

function shuffled<T>(list: readonly T[], draw: () => number): T[] {
  const left = [...list];
  return list.map(() => left.splice(Math.floor(draw() * left.length), 1)[0]!);
}

const room = `
import bpy, math
bpy.ops.mesh.primitive_plane_add(size=40, location=(0, 0.9, 0), rotation=(math.pi / 2, 0, 0))
bpy.context.object.name = "Wall"
for height in (0.0, 2.0):
    bpy.ops.mesh.primitive_cube_add(size=1.0, location=(0, 0.2, height - 0.06))
    bpy.context.object.name = "Shelf %d" % height
    bpy.context.object.scale = (6.4, 1.2, 0.12)
bpy.ops.object.light_add(type="SUN", rotation=(1.3, 0.0, 0.3))
bpy.context.object.name, bpy.context.object.data.energy, bpy.context.object.data.angle = "Sun", 2.0, 0.3
world = bpy.data.worlds.new("World") if bpy.context.scene.world is None else bpy.context.scene.world
bpy.context.scene.world = world
world.use_nodes = True
world.node_tree.nodes["Background"].inputs[1].default_value = 1.0
bpy.ops.object.camera_add(location=(0, -10, ${eye}), rotation=(math.pi / 2, 0, 0))
bpy.context.object.name, bpy.context.object.data.type, bpy.context.object.data.ortho_scale = "Camera1", "ORTHO", ${seen}
bpy.context.scene.camera = bpy.context.object
def paint(thing, colour):
    material = bpy.data.materials.new(thing.name + " paint")
    material.use_nodes = True
    material.node_tree.nodes["Principled BSDF"].inputs["Base Color"].default_value = (*colour, 1.0)
    thing.data.materials.clear()
    thing.data.materials.append(material)
`;

const found = (name: string) => `bpy.data.objects[${JSON.stringify(name)}]`;

/** The scene of a seed with one perturbation of each kind. */
export function benchScene(seed: number): BenchScene {
  const draw = drawsOf(seed);
  const between = (low: number, high: number) => low + (high - low) * draw();
  const sign = () => (draw() < 0.5 ? -1 : 1);
  const paints = shuffled(colours, draw);
  const standing = shuffled(things, draw).map((thing, index) => {
    const [x, shelf] = places[index]!;
    return { ...thing, x: x + between(-0.15, 0.15), z: shelf + thing.half, colour: paints[index]! };
  });
  const goal =
    room +
    standing
      .map(({ name, make, x, z, colour }) =>
        [
          make,
          "it = bpy.context.object",
          `it.name, it.location = ${JSON.stringify(name)}, (${x.toFixed(3)}, 0, ${z.toFixed(3)})`,
          `paint(it, ${colour})`,
        ].join("\n"),
      )
      .join("\n");
  const pick = (of = standing) => of[Math.floor(draw() * of.length)]!;
  const at = ({ x, z }: { x: number; z: number }) => ({ x: 0.5 + x / seen, y: 0.5 - (z - eye) / seen });
  const none = { thing: null, at: null, direction: null, amount: null };
  const make: Record<Kind, () => Omit<Perturbation, "kind">> = {
    nothing: () => ({ ...none, lines: "" }),
    moved: () => {
      const [thing, by] = [pick(), sign() * between(0.25, 0.5)];
      const direction = by > 0 ? "right" : "left";
      return {
        thing: thing.name,
        at: at(thing),
        direction,
        amount: Math.abs(by) / seen,
        lines: `${found(thing.name)}.location.x += ${by.toFixed(3)}`,
      };
    },
    removed: () => {
      const thing = pick();
      return { ...none, thing: thing.name, at: at(thing), lines: `bpy.data.objects.remove(${found(thing.name)})` };
    },
    recoloured: () => {
      const thing = pick();
      const other = pick(standing.filter(({ name }) => name !== thing.name));
      return { ...none, thing: thing.name, at: at(thing), lines: `paint(${found(thing.name)}, ${other.colour})` };
    },
    resized: () => {
      const [thing, larger] = [pick(), draw() < 0.5];
      const by = larger ? between(1.25, 1.5) : 1 / between(1.25, 1.5);
      const lift = (by - 1) * thing.half;
      const lines = `${found(thing.name)}.scale = [side * ${by.toFixed(3)} for side in ${found(thing.name)}.scale]\n${found(thing.name)}.location.z += ${lift.toFixed(3)}`;
      return { thing: thing.name, at: at(thing), direction: larger ? "larger" : "smaller", amount: by, lines };
    },
    turned: () => {
      const [thing, by] = [pick(standing.filter(({ turns }) => turns)), sign() * between(20, 40)];
      return {
        ...none,
        thing: thing.name,
        at: at(thing),
        amount: Math.abs(by),
        lines: `${found(thing.name)}.rotation_euler.y += math.radians(${by.toFixed(2)})`,
      };
    },
    light: () => {
      const brighter = draw() < 0.5;
      const by = brighter ? between(1.4, 2) : 1 / between(1.4, 2);
      const lines = `bpy.data.objects["Sun"].data.energy *= ${by.toFixed(3)}\nworld.node_tree.nodes["Background"].inputs[1].default_value *= ${by.toFixed(3)}`;
      return { ...none, direction: brighter ? "brighter" : "darker", amount: by, lines };
    },
    camera: () => {
      // A camera that goes right shows everything further left.
      const by = sign() * between(0.2, 0.45);
      const lines = `${found("Camera1")}.location.x += ${by.toFixed(3)}`;
      return { ...none, direction: by > 0 ? "left" : "right", amount: Math.abs(by) / seen, lines };
    },
  };
  return {
    names: standing.map(({ name }) => name),
    goal,
    perturbations: kinds.map((kind) => ({ kind, ...make[kind]() })),
  };
}
