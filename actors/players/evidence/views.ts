import { inflateSync } from "node:zlib";
import { pairViews } from "../../../evaluators/photometric.ts";
import type { ObjectMap } from "../../../evaluators/pictures/object-map.ts";
import { goalBeside } from "../../../evaluators/pictures/page-canvas.ts";
import { decodePicture, type Picture } from "../../../evaluators/pictures/picture.ts";
import type { State, Task } from "../../../machines/domain/index.ts";
import { readScene, type SceneSummary, type SceneView } from "../../../skills/blender/tools/scene/summary.ts";
import type { PlayerIO } from "../player.ts";
import type { Compared } from "./examine.ts";

/** One view of a state with its target, decoded; `target` has the render's size. */
export interface SeenView extends Compared {
  name: string;
  /** The target as it was given, for looking closely. */
  full: Picture;
}

/** Cells of a map at most: the program's own process writes it, so it is believed within limits only. */
const mostCells = 1 << 20;

/** A scene.json's map of one picture; null where it has none, or none that makes sense. */
export function objectMap({ labels, things }: SceneView): ObjectMap | null {
  if (labels === undefined || things === undefined) return null;
  const [width, height] = labels.size;
  const bytes = width * height * 2;
  if (width * height > mostCells) return null;
  try {
    const raw = inflateSync(Buffer.from(labels.data, "base64"), { maxOutputLength: bytes });
    if (raw.length !== bytes) return null;
    const cells = Uint16Array.from({ length: width * height }, (_, at) => raw.readUInt16LE(2 * at));
    const names = things.map(({ name }) => name);
    return cells.every((label) => label <= names.length) ? { width, height, names, labels: cells } : null;
  } catch {
    return null;
  }
}

/** What the engine says of a state's scene; null without, or where it is no scene of Blender's. */
export async function sceneOf(state: State, io: PlayerIO): Promise<SceneSummary | null> {
  return state.scene === undefined ? null : readScene(await io.text(state.scene));
}

/** A state's views that have a target, in the order of the targets. */
export async function seenViews(
  state: State,
  task: Task,
  scene: SceneSummary | null,
  io: PlayerIO,
): Promise<SeenView[]> {
  return Promise.all(
    pairViews(state.renders, task.targets).map(async ({ name, image, target }) => {
      const render = await decodePicture(await io.bytes(image), `render ${name}`);
      const full = await decodePicture(await io.bytes(target), `target ${name}`);
      const shown = scene?.views.find((view) => view.name === name);
      return {
        name,
        render,
        full,
        target: goalBeside(render, full),
        map: shown === undefined ? null : objectMap(shown),
      };
    }),
  );
}
