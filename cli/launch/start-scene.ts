import { readFile } from "node:fs/promises";
import sharp from "sharp";
import { keepAsset } from "../../bridge/assets/keep.ts";
import { makeAsset } from "../../bridge/assets/make.ts";
import { assetCache } from "../../bridge/assets/records.ts";
import { madeAssets } from "../../bridge/assets/roots.ts";
import { pictureLimits } from "../../config/picture-limits.ts";
import type { ResolvedConfig } from "../../config/resolved.ts";
import type { LoadedTask } from "../../config/task.ts";
import { placeAssetScript } from "../../skills/blender/entry.ts";
import { print, printError } from "../print.ts";

/** Words of a task that say what the scene is of; a service's prompt is no place for a page. */
const mostText = 200;

/** Has SAM 3D make a scene of the first target. -> its file, in the cache. Throws as `makeAsset` does. */
export async function makeStartScene(
  { assets }: ResolvedConfig,
  { targets, text }: LoadedTask,
  { signal, json }: { signal: AbortSignal; json: boolean },
): Promise<string> {
  const service = assets.services.find(({ kind }) => kind === "sam3d")!;
  const source = { limitInputPixels: pictureLimits.pixels };
  const picture = await sharp(await readFile(targets[0]!.path), source)
    .autoOrient()
    .toColourspace("srgb")
    .png()
    .toBuffer();
  const request = { name: text.slice(0, mostText) || "object", text, scene: { picture } };
  let told = -1;
  const progress = (_step: string, done: number): void => {
    const percent = Math.round(done * 100);
    if (percent === told) return;
    told = percent;
    if (json) print(`${JSON.stringify({ schema: 1, event: "start_scene", fraction: done })}\n`);
    else printError(`SAM 3D makes the start scene: ${percent} %\n`);
  };
  const made = await makeAsset(request, service, { cache: assetCache(), env: process.env, signal, progress });
  if (made.cached && !json) printError("the start scene was made before, of the same picture\n");
  return made.path;
}

/** The task with the scene in the run's own folder and a start program that loads it. */
export async function startFrom(
  scene: string,
  task: LoadedTask,
  out: string,
): Promise<LoadedTask & { given: string[] }> {
  const path = await keepAsset(scene, "start scene", madeAssets(out));
  const script = await readFile(placeAssetScript, "utf8");
  // Without the script's own first words, which are not meant for programs.
  const place = script.slice(script.indexOf('"""', 3) + 3).trim();
  return { ...task, start: { path, text: startProgram(path, place) }, given: [path] };
}

/** Its longest side is 2 m, and the camera looks at it from the front, where services look from. */
function startProgram(path: string, placeAsset: string): string {
  return `# The start scene, which a service made of the target. Keep loading it: its things are objects of their own.
${placeAsset}


scene = bpy.context.scene
root = place_asset(${JSON.stringify(path)}, size=2.0, location=(0, 0, 0))

camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
scene.collection.objects.link(camera)
meshes = [thing for thing in root.children_recursive if thing.type == "MESH"]
top = max((thing.matrix_world @ Vector(corner)).z for thing in meshes for corner in thing.bound_box)
camera.location = (0, -6.5, top / 2 + 1)
camera.rotation_euler = (Vector((0, 0, top / 2)) - camera.location).to_track_quat("-Z", "Y").to_euler()
scene.camera = camera

sun = bpy.data.objects.new("Sun", bpy.data.lights.new("Sun", "SUN"))
sun.data.energy = 2.5
sun.rotation_euler = (0.8, 0.2, 0.6)
scene.collection.objects.link(sun)

world = bpy.data.worlds.new("World")
world.use_nodes = True
world.node_tree.nodes["Background"].inputs[0].default_value = (0.5, 0.5, 0.5, 1)
scene.world = world
`;
}
