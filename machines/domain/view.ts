import { z } from "zod";

/** A view's name, without a file ending: only the file layer adds `.png`. */
export const viewName = z
  .string()
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$/, "expected 1 to 64 of A-Z a-z 0-9 _ - , like render1");

/** Width and height of a target picture in pixels; a view takes their ratio. */
export const pictureSize = z.object({ width: z.number().int().positive(), height: z.number().int().positive() });
export type PictureSize = z.infer<typeof pictureSize>;

/** A frame by its number, or by its place in the range that the program gives its scene. */
export const viewFrame = z.union([z.number().int(), z.enum(["start", "middle", "end"])]);

/** One picture to take of a state. */
export const view = z.object({
  name: viewName,
  /** Camera by name; null: the scene's active one. Engines without cameras ignore it. */
  camera: z.string().nullable(),
  /** Frame of an animation; absent: the one the program leaves. */
  frame: viewFrame.optional(),
  /** Gives the picture its aspect ratio; absent (no target): the scene's own. */
  aspect: pictureSize.optional(),
  /** True: left out when the scene has no such camera (BlenderGym's Camera2). */
  optional: z.boolean().optional(),
});
export type View = z.infer<typeof view>;

/** Size of a picture of that shape whose longer side is `px`: the other side is rounded, and at least one pixel. */
export function sizeOf(aspect: PictureSize, px: number): PictureSize {
  const other = (longer: number, shorter: number) => Math.max(1, Math.floor((px * shorter) / longer + 0.5));
  return aspect.width >= aspect.height
    ? { width: px, height: other(aspect.width, aspect.height) }
    : { width: other(aspect.height, aspect.width), height: px };
}
