import { z } from "zod";

const qualitySchema = z.strictObject({
  px: z.int().min(8).max(8192).meta({ description: "Longest side of a render, pixels." }),
  samples: z.int().min(1).max(65_536).meta({ description: "Path-tracing samples per pixel." }),
  renderer: z
    .enum(["CYCLES", "WORKBENCH", "EEVEE"])
    .optional()
    .meta({ description: "Blender's renderer; absent: CYCLES." }),
});

/** Preview quality while looping, final quality once for the best program. */
export const renderSchema = z.strictObject({ preview: qualitySchema, final: qualitySchema });
