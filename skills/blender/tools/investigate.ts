import { z } from "zod";
import { sized, viewpointTool } from "./viewpoint/answer.ts";

/** Moves the observer's camera step by step, by the paper's arguments or in words (appendix D). */
export const tool = viewpointTool({
  name: "investigate",
  title: "Move the camera and look",
  description:
    'Moves your own camera and takes a picture: focus turns to an object and frames it, zoom goes nearer (in) or farther (out), move turns about what is looked at by 30 degrees. Or say it in words: "rotate left 45", "zoom out twice", "focus on the jug, then move up", "from above". It starts from the last viewpoint, at first from the scene\'s camera. The scene itself stays as it is.',
  args: sized({
    operation: z
      .enum(["zoom", "move", "focus"])
      .optional()
      .describe("What to do; or leave it out and use instruction."),
    object_name: z.string().optional().describe("The object to focus on; with zoom and move it is focused on first."),
    direction: z
      .enum(["up", "down", "left", "right", "in", "out"])
      .optional()
      .describe("in or out to zoom; any to move."),
    instruction: z.string().max(300).optional().describe("The same in words, several steps joined by commas."),
  }),
});
