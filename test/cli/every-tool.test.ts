import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Workplace, workplace } from "../harness/cli.ts";
import { expectEveryTool, type Script, scripted, tapeOf, verdict, writes } from "../harness/scripted-roles.ts";
import { type ScriptedServer, scriptedServer } from "../servers/openai.ts";

/** A ball that rolls past a box; `size` makes programs different. */
const moving = (size: number) => `import bpy
bpy.ops.wm.read_factory_settings(use_empty=True)
scene = bpy.context.scene
scene.frame_start, scene.frame_end = 1, 24
bpy.ops.mesh.primitive_plane_add(size=20)
bpy.context.object.name = 'Floor'
bpy.ops.mesh.primitive_cube_add(size=${size}, location=(0, 2, ${size / 2}))
bpy.context.object.name = 'Box'
bpy.ops.mesh.primitive_uv_sphere_add(radius=0.6, location=(-3, 0, 0.6))
ball = bpy.context.object
ball.name = 'Ball'
ball.keyframe_insert('location', frame=1)
ball.location.x = 3
ball.keyframe_insert('location', frame=24)
bpy.ops.object.light_add(type='SUN', rotation=(0.5, 0.3, 0))
bpy.ops.object.camera_add(location=(0, -9, 5), rotation=(1.1, 0, 0))
scene.camera = bpy.context.object
scene.camera.name = 'Camera1'
`;

/** A verifier's turn that calls everything, on a thing of this name. */
const looks = (name: string): Script => [
  ["get_scene_info", {}],
  ["initialize_viewpoint", { object_names: [name] }],
  ["set_camera", { location: [0, -12, 7], rotation_euler: [1.05, 0, 0] }],
  ["investigate", { operation: "focus", object_name: name }],
  ["set_visibility", { show_objects: [], hide_objects: [name] }],
  ["measure_difference", { left: 0.25, top: 0.25, right: 0.75, bottom: 0.75 }],
  ["end_process", verdict("the box is too small", "make the box larger")],
];

const plan = { overall_description: "a ball passes a box", detailed_plan: "1. the box 2. the ball" };
const scratchScript: Script = [
  ["make_plan", plan],
  ["lookup_api", { query: "mesh.primitive_uv_sphere_add" }],
  writes(moving(1)),
  ["get_scene_info", {}],
  writes(moving(1.2)),
  ["undo_last_step", {}],
  writes(moving(1.4)),
  ["end_process", { reason: "good enough" }],
];

/** A run that has every tool of its mode called. */
interface Played {
  mode: string;
  /** Where the task's target lies in its folder. */
  target: string;
  /** Whether the task is to edit a program on a base. */
  edit?: true;
  lines?: string;
  generator: Script;
  verifier: Script;
  /** Tools of the run's own beside the mode's. */
  more?: string[];
}

const editScript: Script = [
  ["make_plan", plan],
  ["lookup_api", { query: "principled bsdf sockets" }],
  writes(moving(1.2)),
  ["get_scene_info", {}],
  writes(moving(1.4)),
  ["end_process", { reason: "good enough" }],
];
const edited = {
  target: "renders/goal/render1.png",
  edit: true,
  generator: editScript,
  verifier: looks("Box"),
} as const;

const runs: Played[] = [
  {
    mode: "static_scene",
    target: "target.png",
    lines: "prompt: get_asset\n",
    more: ["get_better_assets"],
    generator: [["get_better_assets", { thought: "a shape", object_name: "wedge" }], ...scratchScript],
    verifier: looks("Box"),
  },
  {
    mode: "dynamic_scene",
    target: "start.png",
    generator: scratchScript,
    verifier: [["set_keyframe", { frame_number: 20 }], ...looks("Ball")],
  },
  { mode: "blendergym", ...edited },
  { mode: "blenderbench", ...edited },
];

let at: Workplace;
let server: ScriptedServer;
beforeAll(async () => {
  at = await workplace();
});
afterEach(() => server.close());
afterAll(() => at.close());

const base = join(import.meta.dirname, "../../examples/lighting/blender_file.blend");
const wedge = `v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nf 1 3 2\nf 1 2 4\nf 2 3 4\nf 1 4 3\n`;

/** A task in the mode's own layout, with a grey picture as its target. */
async function taskFolder({ mode, edit, target }: Played): Promise<string> {
  const folder = join(at.dir, mode);
  await mkdir(join(folder, "assets"), { recursive: true });
  await mkdir(dirname(join(folder, target)), { recursive: true });
  await sharp({ create: { width: 64, height: 36, channels: 3, background: { r: 120, g: 120, b: 120 } } })
    .png()
    .toFile(join(folder, target));
  await writeFile(join(folder, edit ? "task.txt" : "description.txt"), "A ball passes a box.");
  await writeFile(join(folder, "assets", "wedge.obj"), wedge);
  if (edit) {
    await writeFile(join(folder, "start.py"), moving(1));
    await cp(base, join(folder, "blender_file.blend"));
  }
  return folder;
}

test.each(runs)(
  "$mode: a run in which both roles call every tool they have ends with its result",
  async (played) => {
    const { mode, generator, verifier, lines = "", more = [] } = played;
    server = await scriptedServer({ m: {} });
    const folder = await taskFolder(played);
    server.otherwise("m", scripted(generator, verifier));
    await writeFile(
      join(at.dir, `${mode}.yaml`),
      `mode: ${mode}
roles: { generator: m, verifier: m }
stop: { max_rounds: 5, plateau: false }
render: { preview: { px: 64, samples: 1 }, final: { px: 64, samples: 1 } }
models: { m: { like: qwen3-vl-8b, base_url: "${server.url}", model: m, tools: native } }
${lines}`,
    );
    const out = join(at.dir, `${mode}-out`);
    const run = await at.viga("run", folder, "--config", `${mode}.yaml`, "--out", out);
    expect(run.exitCode, run.all).toBe(0);

    await expectEveryTool(mode, out, server, more);
    const scores = JSON.parse(await readFile(join(out, "scores.json"), "utf8"));
    expect(scores.status).toBe("done");
    if (mode === "dynamic_scene") {
      expect((await sharp(join(out, "animation.gif")).metadata()).pages).toBe(24);
      expect((await sharp(join(out, "animation.png")).metadata()).width).toBeGreaterThan(64);
      const states = (await tapeOf(out)).filter(({ type }) => type.endsWith("state"));
      expect(states.at(-1)?.data.state?.motion?.join("\n")).toMatch(/Ball: .*moves from frame/);
    }
    await rm(out, { recursive: true });
  },
  240_000,
);
