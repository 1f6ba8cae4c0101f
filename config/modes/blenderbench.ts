import { blendergym } from "./blendergym.ts";
import type { ModeDefinition } from "./mode.ts";

/**
 * BlenderBench, levels 1-3: BlenderGym's task with a text instruction. The agent is shown the annotated goal picture
 * where there is one; scores are taken on render1 (see the evaluator).
 */
export const blenderbench: ModeDefinition = {
  ...blendergym,
  name: "blenderbench",
  title: "edit a Blender program by a text instruction and a goal picture",
  prompts: "blenderbench",
  layout: {
    ...blendergym.layout,
    text: { from: ["task.txt"], required: true },
    targets: [
      {
        from: ["renders/goal/visprompt1.png", "renders/goal/style1.png", "renders/goal/render1.png"],
        required: true,
      },
    ],
  },
};
