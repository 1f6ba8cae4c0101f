import type { ModeDefinition } from "./mode.ts";
import { sceneQuality, sceneVerifierSkills } from "./scene.ts";

/** Reconstruction from scratch: one or more pictures, or a text alone, become a scene. Programs start from nothing. */
export const staticScene: ModeDefinition = {
  name: "static_scene",
  aliases: [],
  title: "build a scene from scratch that matches a picture or a text",
  // A folder that could be a static or a dynamic scene counts as static.
  recognises: ({ kind, has }) =>
    kind === "folder" && ["target.png", "target.jpg", "target.jpeg", "target", "description.txt"].some(has) ? 2 : 0,
  engine: "blender",
  language: "python",
  output: "blender_file.blend",
  takeHome: {
    operation: "take_home",
    orbit: 3,
    files: ["scene.glb", "scene.usdc", "orbit_1.png", "orbit_2.png", "orbit_3.png"],
  },
  codeEnding: "py",
  views: [{ camera: null, name: "render" }],
  frames: "single",
  targetsAreViews: true,
  skills: {
    generator: ["make_plan", "execute_code", "lookup_api", "get_scene_info", "undo_last_step", "end_process"],
    verifier: sceneVerifierSkills,
  },
  prompts: "static_scene",
  aspects: ["camera", "objects", "layout", "environment"],
  promptSettings: ["none", "procedural", "scene_graph", "get_asset", "init", "paper", "staged"],
  initSettings: ["none", "minimal", "reasonable", "sam3d"],
  needs: { start: false, base: false, target: "or_text" },
  defaults: {
    memory: { rounds: 12 },
    stop: { max_rounds: 100 },
    render: sceneQuality.render,
  },
  lookedAt: sceneQuality.lookedAt,
  layout: {
    kind: "folder",
    start: { from: ["start.py"], required: false },
    base: { from: ["blender_file.blend"], required: false },
    text: { from: ["description.txt"], required: false },
    targets: [{ from: ["target.png", "target.jpg", "target.jpeg", "target/"], required: false }],
    assets: "assets",
    truth: ["goal.py", "goal.blend"],
    dataset: { path: [/^.+$/], published: {} },
  },
  evaluator: "photometric",
  programs: ["nats-server", "blender"],
};
