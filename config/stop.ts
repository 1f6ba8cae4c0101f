import { z } from "zod";

/** When a run ends by itself. The generator's own end_process comes on top. */
export const stopSchema = z.strictObject({
  max_rounds: z.int().min(1).max(10_000).meta({ description: "Most rounds, failed programs included." }),
  plateau: z
    .union(
      [
        z.literal(false),
        z.strictObject({
          patience: z
            .int()
            .min(1)
            .max(1000)
            .default(3)
            .meta({ description: "Rounds in a row without enough gain before the run stops." }),
          min_gain: z
            .union([z.literal("auto"), z.number().min(0).max(1)], {
              error: 'expected "auto" or a number from 0 to 1 (photometric loss)',
            })
            .default("auto")
            .meta({ description: "Least drop of the photometric loss that counts as a gain; auto: from the noise." }),
        }),
      ],
      { error: "expected false or { patience, min_gain }" },
    )
    .prefault({})
    .meta({ description: "Stop when the measured score no longer improves; false: never." }),
  budget: z
    .strictObject({
      usd: z.number().positive().max(1_000_000).optional().meta({ description: "Most money for model calls, USD." }),
      minutes: z.number().positive().max(100_000).optional().meta({ description: "Most wall-clock time, minutes." }),
    })
    .prefault({})
    .meta({ description: "The run stops before a call that would exceed it." }),
});
