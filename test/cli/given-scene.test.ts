import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { locateBlender } from "../../bridge/engines/locate.ts";
import { type Workplace, workplace } from "../harness/cli.ts";
import { call } from "../servers/answers.ts";
import { type ScriptedServer, scriptedServer } from "../servers/openai.ts";

/** A scene that moves as it is given: a keyed box, a body that falls, a keyed camera; left at a frame in the middle. */
const given = (path: string) => `import bpy, math
bpy.ops.wm.read_factory_settings(use_empty=True)
scene = bpy.context.scene
scene.frame_start, scene.frame_end = 5, 29
bpy.ops.mesh.primitive_plane_add(size=20)
bpy.context.object.name = 'Floor'
bpy.ops.rigidbody.world_add()
bpy.ops.rigidbody.object_add(type='PASSIVE')
bpy.ops.mesh.primitive_cube_add(size=1, location=(-2, 0, 0.5))
box = bpy.context.object
box.name = 'Box'
box.keyframe_insert('location', frame=5)
box.location.x = 2
box.keyframe_insert('location', frame=29)
bpy.ops.mesh.primitive_uv_sphere_add(radius=0.5, location=(0, 2, 3))
bpy.context.object.name = 'Ball'
bpy.ops.rigidbody.object_add(type='ACTIVE')
bpy.ops.object.camera_add(location=(0, -9, 5), rotation=(1.1, 0, 0))
camera = bpy.context.object
camera.name = 'Eye'
scene.camera = camera
camera.keyframe_insert('location', frame=5)
camera.location.x = 1
camera.keyframe_insert('location', frame=29)
scene.frame_set(17)
bpy.ops.wm.save_as_mainfile(filepath=${JSON.stringify(path)})
`;
const lit =
  "import bpy\nbpy.ops.object.light_add(type='SUN', rotation=(0.5, 0.3, 0))\nbpy.context.object.name = 'Added'\n";

const told = `import bpy
scene = bpy.context.scene
print('TOLD', scene.camera.name, sorted(o.name for o in scene.objects), scene.frame_start, scene.frame_end)
for frame in (5, 29):
    scene.frame_set(frame)
    at = lambda name: [round(v, 2) for v in bpy.data.objects[name].evaluated_get(bpy.context.evaluated_depsgraph_get()).matrix_world.translation]
    print('TOLD', frame, at('Box'), at('Ball'), at('Eye'))
`;

let at: Workplace;
let server: ScriptedServer;
beforeAll(async () => {
  at = await workplace();
  server = await scriptedServer({ m: {} });
});
afterAll(async () => {
  await server.close();
  await at.close();
});

test("prompt: init on a scene that moves keeps its camera, its things and their motion", async () => {
  const blender = await locateBlender();
  const script = async (code: string, ...scene: string[]) => {
    const path = join(at.dir, "script.py");
    await writeFile(path, code);
    return execa(blender, ["-b", ...scene, "--python-exit-code", "1", "--python", path], { cwd: at.dir });
  };
  await script(given(join(at.dir, "given.blend")), "--factory-startup");
  server.script("m", call("get_scene_info", {}), call("execute_code", { thought: "light", code_diff: "", code: lit }));
  await writeFile(
    join(at.dir, "viga.yaml"),
    `mode: dynamic_scene
prompt: init
task: { text: "light the scene", targets: [], base: given.blend }
roles: { generator: m, verifier: pixels }
stop: { max_rounds: 1 }
render: { preview: { px: 48, samples: 1 }, final: { px: 48, samples: 1 } }
models: { m: { like: qwen3-vl-8b, base_url: "${server.url}", model: m, tools: native } }
`,
  );
  const run = await at.viga("run", "--config", "viga.yaml", "--out", "out");
  expect(run.exitCode, run.all).toBe(0);
  expect(server.requests[0]!.text).toContain("Leave the camera alone");
  // Asked before anything was written: it tells the scene that is given.
  expect(server.requests[1]!.text).toMatch(/Box[\s\S]*Eye/);

  const tape = await readFile(join(at.dir, "out", "tape.jsonl"), "utf8");
  const state = tape.split("\n").find((line) => line.includes('"motion"')) ?? "";
  expect(state).toMatch(/Box: \(-2 0 0\.5\) at frame 5, .*\(2 0 0\.5\) at frame 29/);
  expect(state).toMatch(/Ball: .*meets Floor at 1\d/);
  expect(state).toContain("Camera Eye moves from");
  expect((await sharp(join(at.dir, "out", "animation.gif")).metadata()).pages).toBe(25);

  const saved = await script(told, join(at.dir, "out", "blender_file.blend"));
  const lines = saved.stdout.split("\n").filter((line) => line.startsWith("TOLD"));
  expect(lines).toEqual([
    "TOLD Eye ['Added', 'Ball', 'Box', 'Eye', 'Floor'] 5 29",
    expect.stringMatching(/^TOLD 5 \[-2\.0, 0\.0, 0\.5\] \[0\.0, 2\.0, 2\.86\] \[0\.0, -9\.0, 5\.0\]$/),
    expect.stringMatching(/^TOLD 29 \[2\.0, 0\.0, 0\.5\] \[[-\d.]+, [\d.]+, 0\.5\d*\] \[1\.0, -9\.0, 5\.0\]$/),
  ]);
}, 240_000);
