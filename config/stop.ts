import { z } from "zod";

/** When a run ends by itself. The generator's own end_process comes on top. */
export const stopSchema = z.strictObject({
  max_rounds: z.int().min(1).max(10_000).meta({ description: "Most rounds, failed programs included." }),
  plateau: z
    .union(
      [
        z.literal(false),
        z.strictObject({
          patience: z.int().min(1).max(1000).optional().meta({
            description: "Rounds in a row without a gain before the run stops; absent: by the generator's player.",
          }),
          min_gain: z
            .union([z.literal("auto"), z.number().min(0).max(1)], {
              error: 'expected "auto" or a number from 0 to 1 (photometric loss)',
            })
            .default("auto")
            .meta({
              description: "Least drop of the loss that counts as a gain, beyond its noise; auto: 1 % of the loss.",
            }),
        }),
      ],
      { error: "expected false or { patience, min_gain }" },
    )
    .prefault({})
    .meta({ description: "Stop when neither loss nor similarity improves any longer; false: never." }),
  budget: z
    .strictObject({
      usd: z.number().positive().max(1_000_000).optional().meta({ description: "Most money for model calls, USD." }),
      minutes: z.number().positive().max(100_000).optional().meta({ description: "Most wall-clock time, minutes." }),
    })
    .prefault({})
    .meta({ description: "The run stops before a call that would exceed it." }),
});

/** The section with its defaults, once it is known who plays the generator. */
export interface ResolvedStop extends Omit<z.output<typeof stopSchema>, "plateau"> {
  plateau: false | { patience: number; min_gain: "auto" | number };
}

/** @param patience the generator's player's own */
export function resolveStop(stop: z.output<typeof stopSchema>, patience: number): ResolvedStop {
  const { plateau } = stop;
  return { ...stop, plateau: plateau && { ...plateau, patience: plateau.patience ?? patience } };
}
