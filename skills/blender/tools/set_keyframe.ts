import { z } from "zod";
import { sized, viewpointTool } from "./viewpoint/answer.ts";

/** The frame that the observer sees (paper, appendix D). */
export const tool = viewpointTool({
  name: "set_keyframe",
  title: "Look at a frame",
  description:
    "Takes a picture of the scene at this frame, from your last viewpoint or else through the scene's camera. Frames are those that get_scene_info tells; later viewpoint tools stay at it.",
  args: sized({ frame_number: z.int().describe("The frame to look at.") }),
});
