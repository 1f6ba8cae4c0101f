import { z } from "zod";
import { sized, viewpointTool } from "./viewpoint/answer.ts";

/** Hides things from the observer, or shows them (paper, appendix D). */
export const tool = viewpointTool({
  name: "set_visibility",
  title: "Hide or show things",
  description:
    "Hides objects from your own pictures, or shows them again, and takes one: to look behind a wall or into a box. Objects that are not named stay as they are, and so does the scene itself.",
  args: sized({
    show_objects: z.array(z.string()).describe("Names of objects to show; [] for none."),
    hide_objects: z.array(z.string()).describe("Names of objects to hide; [] for none."),
  }),
});
