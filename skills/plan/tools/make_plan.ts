import { z } from "zod";
import type { Audience, Tool } from "../../tool.ts";

/** The paper's four stages, in the words of what is made. */
const words = {
  scene: {
    overall:
      "The wanted scene in full, as if you stood in it: extent and axes in real units, where the origin lies, every thing with shape, size, place and material, which thing rests on or touches which, camera, light, background, mood.",
    stages: [
      "1. Preparation: what must be had before building, such as assets for things too intricate for simple shapes.",
      "2. Rough: the layout as a whole, floor, walls or backdrop, camera and main light.",
      "3. Intermediate: assets brought in, placed, scaled and turned to fit; what is missing built from simple shapes.",
      "4. Refinement: materials, details, further lights and props, small corrections of single things.",
    ],
  },
  slides: {
    overall:
      "The wanted result in full: its size, every text word by word, every picture, the blocks and the grid they stand on, colours, fonts and sizes.",
    stages: [
      "1. Preparation: size of the surface, the texts and picture files to use, colours and fonts.",
      "2. Rough: background and large blocks on an even grid, so that no area stays empty and none is crowded.",
      "3. Intermediate: every text and picture in its block, in reading order, nothing overlapping or cut off.",
      "4. Refinement: even spacing and margins, aligned edges, strong contrast, sizes that can be read.",
    ],
  },
  edit: {
    overall:
      "What the start program draws and what the goal shows instead: thing by thing, in place, size, shape, material, light and view, and what already agrees and must stay.",
    stages: [
      "1. Preparation: the visual analysis, each difference with its direction and amount.",
      "2. Rough: for each difference the lines and numbers of the program that are responsible for it.",
      "3. Intermediate: small steps, the one that explains most first, each with the value it sets and what should be seen then.",
      "4. Refinement: how values are closed in on once the measured loss tells the direction, and what is checked before the end.",
    ],
  },
} as const;

const wordsFor = ({ plan = "scene" }: Audience) => words[plan];

/** Which plan it asks for depends on what is made; its parameters do not. */
export const tool: Tool = {
  name: "make_plan",
  title: "Write down a plan",
  kind: "protocol",
  roles: ["generator"],
  description:
    "Writes down your plan for the whole task. You must call this first (of a scene that you were given, once you know what it holds), unless a plan of yours is shown to you already. It tells you nothing new, but you see it again in every round, and so does the verifier.",
  args: (to) =>
    z.object({
      overall_description: z.string().describe(wordsFor(to).overall),
      detailed_plan: z.string().describe(`The work in four stages.\n${wordsFor(to).stages.join("\n")}`),
    }),
  aliases: ["initialize_plan", "init_plan", "plan", "create_plan"],
};
