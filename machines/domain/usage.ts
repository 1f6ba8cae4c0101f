import { z } from "zod";

/** Cost and volume of model calls. */
export const usage = z.object({
  calls: z.number().int(),
  input_tokens: z.number(),
  output_tokens: z.number(),
  /** Of the input, what the endpoint had in its cache; of the output, thinking. Absent: none was counted. */
  cached_tokens: z.number().optional(),
  reasoning_tokens: z.number().optional(),
  usd: z.number(),
});
export type Usage = z.infer<typeof usage>;
export const noUsage: Usage = { calls: 0, input_tokens: 0, output_tokens: 0, usd: 0 };

/** Both together; what neither counted stays absent. */
export function sumUsage(total: Usage, more: { readonly [Key in keyof Usage]?: Usage[Key] | undefined }): Usage {
  const sum: Usage = { ...total };
  for (const key of ["calls", "input_tokens", "output_tokens", "usd"] as const) sum[key] += more[key] ?? 0;
  for (const key of ["cached_tokens", "reasoning_tokens"] as const) {
    const added = more[key];
    if (added !== undefined) sum[key] = (sum[key] ?? 0) + added;
  }
  return sum;
}
