import { z } from "zod";
import { sized, viewpointTool } from "./viewpoint/answer.ts";

const three = z.array(z.number()).length(3);

/** The observer's camera at an exact pose (paper, appendix D). */
export const tool = viewpointTool({
  name: "set_camera",
  title: "Look from an exact pose",
  description:
    "Takes a picture of the scene from this position and rotation. It is your own camera: the scene's cameras stay as they are, and a pose that proves good can be given to the program as it is.",
  args: sized({
    location: three.describe("[x, y, z] in scene units."),
    rotation_euler: three.describe(
      "[x, y, z] in radians, XYZ order, as rotation_euler; [0, 0, 0] looks straight down.",
    ),
  }),
});
