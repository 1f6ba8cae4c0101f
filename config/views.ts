import { z } from "zod";
import { viewName } from "../machines/domain/index.ts";

/** Targets, and so views, that a task may have. */
export const mostTargets = 32;

/** `task.views` in viga.yaml: the pictures to take, where the mode's own do not do. */
export const viewsSchema = z
  .array(
    z.strictObject({
      name: viewName.meta({ description: "Name of the picture, without an ending." }),
      camera: z.string().min(1).max(200).optional().meta({
        description: "Camera by name; absent: the active one; for further views with a target one named like the view.",
      }),
      frame: z
        .union([z.int().min(0).max(1_000_000), z.enum(["start", "middle", "end"])], {
          error: "expected a frame's number, or start, middle or end of the scene's range",
        })
        .optional()
        .meta({ description: "Frame, by its number or as start, middle, end; absent: the mode's or program's own." }),
      size: z
        .tuple([z.int().min(1).max(65_536), z.int().min(1).max(65_536)])
        .optional()
        .meta({ description: "[width, height]: the aspect ratio, where no target gives it." }),
      target: z.string().min(1).max(4096).optional().meta({ description: "Picture that this view is to match." }),
    }),
  )
  .min(1)
  .max(mostTargets)
  .superRefine((list, context) => {
    for (const [index, { name }] of list.entries()) {
      if (list.findIndex((other) => other.name === name) !== index) {
        const message = `"${name}" names an earlier view too; expected a name of its own`;
        context.addIssue({ code: "custom", path: [index, "name"], message });
      }
    }
  });
export type TaskView = z.output<typeof viewsSchema>[number];
