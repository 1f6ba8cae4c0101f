import { z } from "zod";
import { stopOptions } from "./stopping.ts";

/** How memory plays a run: `window` rounds shown, `candidates` asked for, the target described first or not. */
export const memoryOptions = z.object({
  window: z.number().int().positive(),
  candidates: z.number().int().positive(),
  analyze: z.boolean(),
  stop: stopOptions,
});
export type MemoryOptions = z.infer<typeof memoryOptions>;
