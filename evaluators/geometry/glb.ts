import { z } from "zod";
import { VigaError } from "../../config/errors.ts";
import type { Triangles } from "./chamfer.ts";

const numbers = z.array(z.number());
/** What is read of a glTF 2.0 document: the nodes of its scene, their meshes' corners and faces. */
const document = z.looseObject({
  scene: z.number().default(0),
  scenes: z.array(z.looseObject({ nodes: numbers.default([]) })).default([]),
  nodes: z
    .array(
      z.looseObject({
        mesh: z.number().optional(),
        children: numbers.default([]),
        matrix: numbers.length(16).optional(),
        translation: numbers.length(3).default([0, 0, 0]),
        rotation: numbers.length(4).default([0, 0, 0, 1]),
        scale: numbers.length(3).default([1, 1, 1]),
      }),
    )
    .default([]),
  meshes: z
    .array(
      z.looseObject({
        primitives: z.array(
          z.looseObject({
            attributes: z.looseObject({ POSITION: z.number().optional() }),
            indices: z.number().optional(),
            mode: z.number().default(4),
          }),
        ),
      }),
    )
    .default([]),
  accessors: z
    .array(
      z.looseObject({
        bufferView: z.number().optional(),
        byteOffset: z.number().default(0),
        componentType: z.number(),
        count: z.number().int().nonnegative(),
      }),
    )
    .default([]),
  bufferViews: z
    .array(z.looseObject({ byteOffset: z.number().default(0), byteStride: z.number().optional() }))
    .default([]),
});
type Document = z.infer<typeof document>;

/** Triangles of a file at most; a hostile one could ask for any number through its nodes. */
const most = 20_000_000;
const deepest = 200;

function refuse(name: string, why: string, cause?: unknown): VigaError {
  return new VigaError("input_invalid", `${name}: ${why}`, {
    hint: "give a scene.glb that viga wrote, or a glTF 2.0 file with plain triangles",
    ...(cause === undefined ? {} : { cause }),
  });
}

/** A column-major matrix times another. */
function product(a: readonly number[], b: readonly number[]): number[] {
  return Array.from({ length: 16 }, (_, at) => {
    const [row, column] = [at % 4, at >> 2];
    return [0, 1, 2, 3].reduce((sum, k) => sum + a[4 * k + row]! * b[4 * column + k]!, 0);
  });
}

function ownMatrix({ matrix, translation, rotation, scale }: Document["nodes"][number]): number[] {
  if (matrix !== undefined) return matrix;
  const [x, y, z, w] = rotation as [number, number, number, number];
  const [sx, sy, sz] = scale as [number, number, number];
  return [
    ...[1 - 2 * (y * y + z * z), 2 * (x * y + z * w), 2 * (x * z - y * w)].map((value) => value * sx),
    0,
    ...[2 * (x * y - z * w), 1 - 2 * (x * x + z * z), 2 * (y * z + x * w)].map((value) => value * sy),
    0,
    ...[2 * (x * z + y * w), 2 * (y * z - x * w), 1 - 2 * (x * x + y * y)].map((value) => value * sz),
    0,
    ...translation,
    1,
  ];
}

/** Every triangle of a binary glTF file's scene, in its world. @throws VigaError input_invalid */
export function trianglesOf(bytes: Buffer, name = "scene.glb"): Triangles {
  if (bytes.length < 20 || bytes.toString("latin1", 0, 4) !== "glTF" || bytes.readUInt32LE(4) !== 2) {
    throw refuse(name, "not a binary glTF 2.0 file");
  }
  const length = bytes.readUInt32LE(12);
  const binary = bytes.subarray(20 + length + 8);
  let gltf: Document;
  try {
    gltf = document.parse(JSON.parse(bytes.toString("utf8", 20, 20 + length)));
  } catch (cause) {
    throw refuse(name, "its description cannot be read", cause);
  }
  const corners: number[] = [];
  const visit = (index: number, above: readonly number[], depth: number): void => {
    const node = gltf.nodes[index];
    if (node === undefined || depth > deepest) throw refuse(name, "its nodes lead nowhere, or in a circle");
    const world = product(above, ownMatrix(node));
    for (const { attributes, indices, mode } of gltf.meshes[node.mesh ?? -1]?.primitives ?? []) {
      if (mode !== 4 || attributes.POSITION === undefined) continue;
      const at = pointReader(gltf, attributes.POSITION, binary);
      const count = gltf.accessors[indices ?? attributes.POSITION]?.count ?? 0;
      if (corners.length / 9 + count / 3 > most) throw refuse(name, "it has too many triangles");
      const pick = indices === undefined ? (n: number) => n : indexReader(gltf, indices, binary);
      for (let n = 0; n < count - (count % 3); n++) {
        const [x, y, z] = at(pick(n));
        for (let axis = 0; axis < 3; axis++) {
          corners.push(world[axis]! * x + world[4 + axis]! * y + world[8 + axis]! * z + world[12 + axis]!);
        }
      }
    }
    for (const child of node.children) visit(child, world, depth + 1);
  };
  const identity = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
  try {
    for (const root of gltf.scenes[gltf.scene]?.nodes ?? []) visit(root, identity, 0);
  } catch (thrown) {
    if (thrown instanceof RangeError) throw refuse(name, "it is cut off, or names places outside itself", thrown);
    throw thrown;
  }
  return Float64Array.from(corners);
}

function placeOf(gltf: Document, accessor: number) {
  const found = gltf.accessors[accessor];
  const view = gltf.bufferViews[found?.bufferView ?? -1];
  if (found === undefined || view === undefined) throw new RangeError("an accessor without bytes");
  return { type: found.componentType, from: view.byteOffset + found.byteOffset, stride: view.byteStride };
}

function pointReader(gltf: Document, accessor: number, binary: Buffer): (index: number) => [number, number, number] {
  const { type, from, stride = 12 } = placeOf(gltf, accessor);
  if (type !== 5126) throw new RangeError("positions that are no 32-bit floats");
  return (index) => {
    const at = from + index * stride;
    return [binary.readFloatLE(at), binary.readFloatLE(at + 4), binary.readFloatLE(at + 8)];
  };
}

function indexReader(gltf: Document, accessor: number, binary: Buffer): (index: number) => number {
  const { type, from } = placeOf(gltf, accessor);
  if (type === 5121) return (index) => binary.readUInt8(from + index);
  if (type === 5123) return (index) => binary.readUInt16LE(from + 2 * index);
  return (index) => binary.readUInt32LE(from + 4 * index);
}
