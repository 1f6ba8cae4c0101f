import { z } from "zod";
import { sized, viewpointTool } from "./viewpoint/answer.ts";

/** Four cameras around things; the one that sees most of them is where the other viewpoint tools go on (paper, appendix D). */
export const tool = viewpointTool({
  name: "initialize_viewpoint",
  title: "Look at things from four sides",
  description:
    "Looks at objects, or at the whole scene, from four corners of the box around them, turned aside where something would stand between. Answers with four pictures, a numbered sheet of them, and each camera's position and rotation. The scene itself stays as it is.",
  args: sized({
    object_names: z
      .array(z.string())
      .describe("Names of the objects to look at, as get_scene_info gives them; [] for the whole scene."),
  }),
});
