import type { ModeDefinition } from "./mode.ts";
import { staticScene } from "./static_scene.ts";

/** Frames of an animation at most: what a few minutes draw. */
const mostFrames = 48;

/** A scene that moves: the target is its first frame; start, middle and end frames are rendered each round. */
export const dynamicScene: ModeDefinition = {
  ...staticScene,
  name: "dynamic_scene",
  title: "build an animated scene from its first frame and a text",
  recognises: ({ kind, has }) => (kind === "folder" && has("start.png") ? 1 : 0),
  frames: "start_middle_end",
  takeHome: {
    operation: "take_home",
    orbit: 3,
    animation: mostFrames,
    files: [...(staticScene.takeHome?.files ?? []), "animation_strip.png", "animation.png"],
  },
  skills: {
    generator: staticScene.skills.generator,
    verifier: ["set_keyframe", ...staticScene.skills.verifier],
  },
  prompts: "dynamic_scene",
  aspects: ["camera", "objects", "layout", "environment", "animation"],
  promptSettings: ["none", "init", "paper", "staged"],
  layout: {
    ...staticScene.layout,
    targets: [
      { from: ["start.png", "start.jpg", "target.png", "target.jpg", "target.jpeg", "target/"], required: false },
    ],
  },
};
