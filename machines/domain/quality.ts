import { z } from "zod";

/**
 * How well a picture is drawn. `px` is the longer side in pixels; further keys (a path tracer's `samples`, a renderer's
 * name) are the engine's own, which checks them by its own schema.
 */
export const quality = z.looseObject({ px: z.number().int().min(8).max(8192) });
export type Quality = z.infer<typeof quality>;
