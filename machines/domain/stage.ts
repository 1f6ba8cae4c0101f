import { z } from "zod";

/** What a staged run works on, one after the other (`prompt: staged`). */
export const stages = ["geometry", "materials", "composition", "light"] as const;
export const stage = z.enum(stages);
export type Stage = z.infer<typeof stage>;
