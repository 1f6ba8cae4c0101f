import { blendergym } from "./blendergym.ts";
import type { ModeDefinition } from "./mode.ts";

/**
 * BlenderBench, levels 1-3: BlenderGym's task with a text instruction. The agent is shown the annotated goal picture
 * where there is one; scores are taken on render1 (see the evaluator).
 */
export const blenderbench: ModeDefinition = {
  ...blendergym,
  name: "blenderbench",
  aliases: ["blenderstudio"],
  title: "edit a Blender program by a text instruction and a goal picture",
  // BlenderGym's layout but for the annotated goals and the folder above, level1 to level3.
  recognises(look) {
    const { has, parent } = look;
    const annotated = has("renders/goal/visprompt1.png") || has("renders/goal/style1.png");
    return blendergym.recognises(look) > 0 && has("task.txt") && (annotated || /^level\d$/.test(parent)) ? 2 : 0;
  },
  prompts: "blenderbench",
  aspects: ["camera", "objects", "layout", "environment"],
  promptSettings: ["none", "paper", "staged"],
  layout: {
    ...blendergym.layout,
    text: { from: ["task.txt"], required: true },
    targets: [
      {
        from: ["renders/goal/visprompt1.png", "renders/goal/style1.png", "renders/goal/render1.png"],
        required: true,
      },
    ],
    dataset: {
      sameSize: true,
      path: [/^level(?<level>\d+)$/, /^(?<type>[A-Za-z]+(?:_[A-Za-z]+)*?)_?\d*$/],
      published: {
        blenderbench: {
          title: "BlenderBench, 27 scenes in three levels; about 18 GB",
          source: "https://huggingface.co/datasets/DietCoke4671/BlenderBench",
          licence: "CC BY 4.0",
          hub: { repository: "DietCoke4671/BlenderBench", files: /^(?:.*\/)?level\d+\// },
          next: "the folders level1, level2 and level3 lie in it",
        },
      },
    },
  },
};
