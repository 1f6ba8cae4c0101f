import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chamferDistance } from "../../../evaluators/geometry/chamfer.ts";
import { trianglesOf } from "../../../evaluators/geometry/glb.ts";
import { angleBetween, sceneError } from "../../../evaluators/geometry/scene-error.ts";
import { type Point, readSceneFile, type SceneTruth } from "../../../evaluators/geometry/scene-file.ts";

const scene = (things: [string, Point, Point?, Point?][], camera: Point = [0, -5, 2]): SceneTruth =>
  readSceneFile(
    JSON.stringify({
      bounds: { radius: 2 },
      cameras: [{ name: "Camera1", active: true, location: camera, rotation: [1.2, 0, 0], fov_degrees: 40 }],
      objects: things.map(([name, at, rotation = [0, 0, 0], dimensions = [1, 1, 1]]) => ({
        name,
        type: "MESH",
        rotation,
        dimensions,
        box: { min: at.map((value) => value - 0.5), max: at.map((value) => value + 0.5) },
      })),
    }),
    "scene.json",
  );

describe("a scene against the goal's", () => {
  it("has place, turn and size of each thing, what is missing or too many, and the camera", () => {
    const goal = scene([
      ["Cup", [0, 0, 0]],
      ["Jar", [1, 0, 0]],
      ["Book", [0, 1, 0]],
    ]);
    const found = scene(
      [
        ["Cup", [0.3, 0.4, 0]],
        ["Jar", [1, 0, 0], [0, 0, Math.PI / 2], [2, 2, 2]],
        ["Lamp", [0, 0, 3]],
      ],
      [0, -5, 3],
    );
    const { numbers, missing, extra } = sceneError(found, goal);
    expect([missing, extra]).toEqual([["Book"], ["Lamp"]]);
    expect(numbers.place_error).toBeCloseTo(0.125, 9);
    expect(numbers.turn_error).toBeCloseTo(45, 9);
    expect(numbers.size_error).toBeCloseTo(Math.log(2) / 2, 9);
    expect(numbers.missing_things).toBeCloseTo(1 / 3, 9);
    expect(numbers.camera_place_error).toBeCloseTo(0.5, 9);
    expect(numbers.camera_turn_error).toBeCloseTo(0, 4);
  });

  it("has no error against itself, and angles are symmetric, 0 to 180", () => {
    const one = scene([["Cup", [0, 0, 0], [0.3, 0.2, 0.1]]]);
    for (const value of Object.values(sceneError(one, one).numbers)) expect(value).toBeCloseTo(0, 4);
    const turn = fc.double({ min: -4, max: 4, noNaN: true });
    const turns = fc.tuple(turn, turn, turn);
    fc.assert(
      fc.property(turns, turns, (a, b) => {
        expect(angleBetween(a, b)).toBeCloseTo(angleBetween(b, a), 6);
        expect(angleBetween(a, b)).toBeLessThanOrEqual(180);
      }),
    );
    expect(angleBetween([0, 0, 0], [0, 0, Math.PI])).toBeCloseTo(180, 6);
  });
});

/** A binary glTF of one square of side 1, moved and scaled by its node. */
function square(translation: Point, scale: Point = [1, 1, 1]): Buffer {
  const corners = Buffer.from(new Float32Array([0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0]).buffer);
  const faces = Buffer.from(new Uint16Array([0, 1, 2, 0, 2, 3]).buffer);
  const json = Buffer.from(
    JSON.stringify({
      scenes: [{ nodes: [0] }],
      nodes: [
        { children: [1], translation },
        { mesh: 0, scale },
      ],
      meshes: [{ primitives: [{ attributes: { POSITION: 0 }, indices: 1 }] }],
      accessors: [
        { bufferView: 0, componentType: 5126, count: 4, type: "VEC3" },
        { bufferView: 1, componentType: 5123, count: 6, type: "SCALAR" },
      ],
      bufferViews: [
        { byteOffset: 0, byteLength: 48 },
        { byteOffset: 48, byteLength: 12 },
      ],
    }),
  );
  const head = Buffer.alloc(20);
  head.write("glTF", 0, "latin1");
  head.writeUInt32LE(2, 4);
  head.writeUInt32LE(json.length, 12);
  return Buffer.concat([head, json, Buffer.alloc(8), corners, faces]);
}

describe("the Chamfer distance of meshes", () => {
  it("is near 0 of a surface against itself, and how far it was moved away", () => {
    const one = trianglesOf(square([0, 0, 0]));
    expect(one).toHaveLength(18);
    expect(chamferDistance(one, one)).toBeLessThan(0.01);
    expect(chamferDistance(one, trianglesOf(square([0, 0, 3])))).toBeCloseTo(3, 2);
    const far = chamferDistance(one, trianglesOf(square([0, 0, 0], [2, 1, 1])))!;
    // Half of the longer surface lies up to 1 away: a mean of 1/4 one way, 0 the other.
    expect(far).toBeCloseTo(1 / 8, 1);
    expect(chamferDistance(one, new Float64Array(0))).toBeNull();
  });

  it("refuses what is no binary glTF, whole or cut off, as bad input", () => {
    const whole = square([0, 0, 0]);
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.uint8Array({ maxLength: 40 }), (cut, noise) => {
        for (const bytes of [whole.subarray(0, cut), Buffer.from(noise)]) {
          try {
            trianglesOf(bytes);
          } catch (error) {
            expect(error).toMatchObject({ code: "input_invalid" });
          }
        }
      }),
    );
  });
});
