import { readFile } from "node:fs/promises";
import { VigaError } from "../config/errors.ts";
import { chamferDistance } from "./geometry/chamfer.ts";
import { trianglesOf } from "./geometry/glb.ts";
import { sceneError } from "./geometry/scene-error.ts";
import { readSceneFile } from "./geometry/scene-file.ts";
import type { DocumentScore, Pair } from "./score-documents.ts";

async function bytesOf(path: string): Promise<Buffer> {
  return readFile(path).catch((cause: unknown) => {
    throw new VigaError("not_found", `${path} cannot be read`, { hint: "check the path", cause });
  });
}

const ending = (path: string) => /\.(json|glb)$/i.exec(path)?.[1]?.toLowerCase();

/** Whether a pair is of scenes (scene.json) or meshes (.glb), not of pictures. */
export const isGeometry = ({ prediction, reference }: Pair) =>
  ending(prediction) !== undefined && ending(prediction) === ending(reference);

/**
 * Two scene.json: places, turns and sizes of things and the camera. Two .glb: the Chamfer distance of their surfaces, and
 * what it is of the reference against itself, because points are drawn.
 *
 * @throws VigaError not_found, input_invalid
 */
export async function scoreGeometry(pair: Pair): Promise<DocumentScore> {
  const [one, other] = [await bytesOf(pair.prediction), await bytesOf(pair.reference)];
  if (ending(pair.prediction) === "glb") {
    const [ours, theirs] = [trianglesOf(one, pair.prediction), trianglesOf(other, pair.reference)];
    const [distance, floor] = [chamferDistance(ours, theirs), chamferDistance(theirs, theirs)];
    if (distance === null || floor === null) {
      throw new VigaError("input_invalid", "one of the files holds no surface", { hint: "give files with meshes" });
    }
    return { schema: 1, ...pair, loss: null, metrics: { chamfer: distance, chamfer_floor: floor }, differences: [] };
  }
  const [found, goal] = [
    readSceneFile(one.toString("utf8"), pair.prediction),
    readSceneFile(other.toString("utf8"), pair.reference),
  ];
  const { numbers, things, missing, extra } = sceneError(found, goal);
  const worst = [...things]
    .sort((a, b) => b.place - a.place)
    .filter(({ place, turn, size }) => place > 1e-6 || turn > 1e-3 || size > 1e-6);
  const differences = [
    ...missing.map((name) => `${name} is missing`),
    ...extra.map((name) => `${name} is not in the reference`),
    ...worst.map(
      ({ name, place, turn, size }) =>
        `${name} stands ${(100 * place).toFixed(1)} % of the scene's radius away, turned by ${turn.toFixed(1)} degrees, sizes off by a factor of ${Math.exp(size).toFixed(2)}`,
    ),
  ];
  return { schema: 1, ...pair, loss: null, metrics: numbers, differences };
}
