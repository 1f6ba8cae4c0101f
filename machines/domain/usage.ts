import { z } from "zod";

/** Cost and volume of model calls. */
export const usage = z.object({
  calls: z.number().int(),
  input_tokens: z.number(),
  output_tokens: z.number(),
  usd: z.number(),
});
export type Usage = z.infer<typeof usage>;
export const noUsage: Usage = { calls: 0, input_tokens: 0, output_tokens: 0, usd: 0 };
