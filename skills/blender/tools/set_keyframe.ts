import { z } from "zod";
import type { Tool } from "../../tool.ts";
import { sized, viewpointResult, viewpointText } from "./viewpoint/answer.ts";

/** The frame that the observer sees (paper, appendix D). */
export const tool: Tool = {
  name: "set_keyframe",
  title: "Look at a frame",
  kind: "engine",
  roles: ["generator", "verifier"],
  engines: ["blender"],
  description:
    "Takes a picture of the scene at this frame, from your last viewpoint or else through the scene's camera. Frames are those that get_scene_info tells; later viewpoint tools stay at it.",
  args: sized({ frame_number: z.int().describe("The frame to look at.") }),
  result: viewpointResult,
  text: viewpointText,
  action: "set_keyframe",
  keeps: "viewpoint",
};
