import type { ModeDefinition } from "./mode.ts";

/** What a verifier of Blender scenes may use, whatever the scene is made for. */
export const sceneVerifierSkills = [
  "get_scene_info",
  "initialize_viewpoint",
  "set_camera",
  "investigate",
  "set_visibility",
  "measure_difference",
  "end_process",
] as const;

/** How Blender scenes are drawn: cheap previews to be measured, larger and cleaner ones where a model looks, final pictures. */
export const sceneQuality = {
  render: { preview: { px: 256, samples: 16 }, final: { px: 512, samples: 512 } },
  lookedAt: { px: 512, samples: 32 },
} as const satisfies Pick<ModeDefinition["defaults"], "render"> & Pick<ModeDefinition, "lookedAt">;
