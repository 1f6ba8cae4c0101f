import { z } from "zod";

/** A kind of event on a run's tape: who records it, what it says, the form of its data, and one of them as it may be. */
export interface EventKind {
  by: readonly string[];
  says: string;
  data: z.ZodObject;
  example: Record<string, unknown>;
}

/** Later versions may say more: a reader passes over keys that it does not know. */
export function event<Shape extends z.ZodRawShape>(
  by: string | readonly string[],
  says: string,
  shape: Shape,
  example: z.input<z.ZodObject<Shape>>,
): EventKind {
  return { by: [by].flat(), says, data: z.looseObject(shape), example };
}

/** Round number; 0 is the start state. */
export const t = z.number().int().nonnegative();
