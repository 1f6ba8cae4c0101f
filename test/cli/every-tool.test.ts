import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { modeOf } from "../../config/modes/index.ts";
import { type Workplace, workplace } from "../harness/cli.ts";
import { type Answer, call } from "../servers/answers.ts";
import { type ScriptedServer, scriptedServer } from "../servers/openai.ts";

/** What a model calls, in order; a call that ends its turn is followed by the next turn's. */
type Script = [tool: string, args: Record<string, unknown>][];

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

const verdict = {
  visual_difference: { critical: [], major: ["the box is too small"], minor: [] },
  edit_suggestion: ["make the box larger"],
  overall_similarity: 60,
  next_focus: "the box",
};

/** A verifier's turn that calls everything, on a thing of this name. */
const looks = (name: string): Script => [
  ["get_scene_info", {}],
  ["initialize_viewpoint", { object_names: [name] }],
  ["set_camera", { location: [0, -12, 7], rotation_euler: [1.05, 0, 0] }],
  ["investigate", { operation: "focus", object_name: name }],
  ["set_visibility", { show_objects: [], hide_objects: [name] }],
  ["measure_difference", { left: 0.25, top: 0.25, right: 0.75, bottom: 0.75 }],
  ["end_process", verdict],
];

const plan = { overall_description: "a ball passes a box", detailed_plan: "1. the box 2. the ball" };
const writes = (code: string) => ["execute_code", { thought: "next", code_diff: "", code }] as Script[number];
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

/** Plays both roles from their scripts, each from its first line again when a new turn of the verifier begins. */
function scripted(generator: Script, verifier: Script): Answer {
  const say = (script: Script, index: number): Answer => {
    const [name, args] = script[Math.min(index, script.length - 1)]!;
    return call(name, args);
  };
  let written = 0;
  return {
    kind: "function",
    answer: ({ body, tools }) => {
      if (tools.includes("execute_code")) return say(generator, written++);
      return say(verifier, body.messages.filter(({ role }) => role === "assistant").length);
    },
  };
}

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

interface TapeLine {
  type: string;
  data: { tool?: string; ok?: boolean; why?: string; tools?: string[]; state?: { motion?: string[] } };
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

    const tape = (await readFile(join(out, "tape.jsonl"), "utf8")).trim().split("\n");
    const events = tape.map((line) => JSON.parse(line) as TapeLine);
    const of = (name: string) => events.filter(({ type }) => type.endsWith(name)).map(({ data }) => data);
    const called = of("model.call").flatMap(({ tools }) => tools ?? []);
    const { skills } = modeOf(mode);
    expect([...new Set(called)].sort()).toEqual(
      [...new Set([...skills.generator, ...skills.verifier, ...more])].sort(),
    );
    expect(of("tool.call").filter(({ ok }) => !ok)).toEqual([]);
    const answered = new Set(of("tool.call").map(({ tool }) => tool));
    // What ends a turn is answered by the round that it makes.
    expect([...new Set(called)].filter((tool) => !answered.has(tool)).sort()).toEqual(["end_process", "execute_code"]);

    const scores = JSON.parse(await readFile(join(out, "scores.json"), "utf8"));
    expect(scores.status).toBe("done");
    if (mode === "dynamic_scene") {
      expect((await sharp(join(out, "animation.gif")).metadata()).pages).toBe(24);
      expect((await sharp(join(out, "animation.png")).metadata()).width).toBeGreaterThan(64);
      expect(of("state").at(-1)?.state?.motion?.join("\n")).toMatch(/Ball: .*moves from frame/);
    }
    await rm(out, { recursive: true });
  },
  240_000,
);
