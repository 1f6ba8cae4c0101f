import type { ModeDefinition } from "./mode.ts";
import { sceneQuality, sceneVerifierSkills } from "./scene.ts";

/** BlenderGym: edit a start program until its render matches the goal picture. Layout and quality as in the dataset. */
export const blendergym: ModeDefinition = {
  name: "blendergym",
  aliases: [],
  title: "edit a Blender program until its render matches the target",
  recognises: ({ kind, has }) => (kind === "folder" && has("blender_file.blend") && has("start.py") ? 1 : 0),
  engine: "blender",
  language: "python",
  output: "blender_file.blend",
  takeHome: { operation: "take_home", orbit: 0, files: ["scene.glb", "scene.usdc"] },
  codeEnding: "py",
  views: [
    { camera: "Camera1", name: "render1" },
    { camera: "Camera2", name: "render2", optional: true },
  ],
  frames: "single",
  skills: {
    generator: ["make_plan", "execute_code", "lookup_api", "get_scene_info", "end_process"],
    verifier: sceneVerifierSkills,
  },
  prompts: "blendergym",
  aspects: ["objects", "layout", "environment"],
  plan: "edit",
  promptSettings: ["none", "paper"],
  initSettings: ["none"],
  needs: { start: true, base: true, target: "required" },
  defaults: {
    memory: { rounds: 24 },
    stop: { max_rounds: 10 },
    render: sceneQuality.render,
  },
  lookedAt: sceneQuality.lookedAt,
  layout: {
    kind: "folder",
    start: { from: ["start.py"], required: true },
    base: { from: ["blender_file.blend"], required: true },
    text: { from: ["task.txt"], required: false },
    targets: [
      { from: ["renders/goal/render1.png"], required: true },
      { from: ["renders/goal/render2.png"], required: false },
    ],
    targetsAsStored: true,
    assets: null,
    truth: ["goal.py", "goal.blend", "renders/goal/scene.json"],
    dataset: {
      sameSize: true,
      path: [/^(?<type>[A-Za-z]+(?:_[A-Za-z]+)*?)_?\d*$/],
      published: {
        blendergym: {
          title: "BlenderGym, 245 scenes: blendshape, geometry, lighting, material, placement",
          source: "https://blendergym.github.io",
          licence: "its project page is CC BY-SA 4.0; what its data is under, it says where the data is downloaded",
          next: "follow the link to its code and data, and put the folders blendshape1, geometry1, ... into one folder",
        },
      },
    },
  },
  evaluator: "photometric",
  programs: ["nats-server", "blender"],
};
