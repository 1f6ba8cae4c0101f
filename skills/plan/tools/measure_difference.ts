import { z } from "zod";
import type { Tool } from "../../tool.ts";

const fraction = (what: string) => z.number().min(0).max(1).describe(what);

/** Numbers for a part of the picture that the verifier chooses. */
export const tool: Tool = {
  name: "measure_difference",
  title: "Measure a part of the picture",
  kind: "protocol",
  roles: ["verifier"],
  description: "Measures how a part of the render differs from the target: loss, light, colour, displacement.",
  args: z.object({
    left: fraction("left edge of the part, 0 to 1 of the picture's width").default(0),
    top: fraction("upper edge, 0 to 1 of the height").default(0),
    right: fraction("right edge").default(1),
    bottom: fraction("lower edge").default(1),
    view: z.string().optional().describe("name of the view; without it the one that differs most"),
  }),
};
