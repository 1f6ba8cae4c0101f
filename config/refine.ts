import { z } from "zod";

/** What kinds of numbers a numeric solver may move. */
export const tunedKinds = ["light", "colour", "material", "camera", "place", "size"] as const;
export type TunedKind = (typeof tunedKinds)[number];

/** What a numeric solver is held to, behind a model or as the player of a role. */
export const solverLimits = {
  tune: z
    .array(z.enum(tunedKinds))
    .min(1, `expected at least one of ${tunedKinds.join(", ")}; to tune nothing, leave the solver out`)
    .optional()
    .meta({ description: "Kinds of numbers that the solver may move; absent: all." }),
  lock: z.array(z.string().trim().min(1).max(200)).max(64).optional().meta({
    description:
      "Names, * and ? allowed, of objects, collections, materials, lights, cameras or worlds whose numbers stay as they are; an object's material and data are locked with it.",
  }),
  seconds: z.number().min(1).max(36_000).optional().meta({
    description: "Longest that the solver takes for one program, seconds of wall clock; absent: no limit.",
  }),
};
const limits = z.object(solverLimits);
export type SolverLimits = z.output<typeof limits>;

const expectedPlayer = 'expected "none" or "solver"';
const player = z.enum(["none", "solver"], { error: expectedPlayer });

/** Who tunes the numbers of each program. Without limits it is the player's name alone. */
export const refineSchema = z
  .union([player, z.strictObject({ player: player.default("solver"), ...solverLimits })], {
    error: `${expectedPlayer}, or { player: solver, tune, lock, seconds }`,
  })
  .transform((written) => {
    if (typeof written === "string" || written.player === "none") {
      return typeof written === "string" ? written : ("none" as const);
    }
    return Object.values(written).filter((value) => value !== undefined).length === 1 ? written.player : written;
  });
export type Refine = z.output<typeof refineSchema>;

/** Who refines and within which limits; null where nobody does. */
export function refiningOf(refine: Refine): (SolverLimits & { player: "solver" }) | null {
  if (refine === "none") return null;
  return typeof refine === "string" ? { player: refine } : { ...refine, player: "solver" };
}

/** The limits among other settings. */
export const limitsOf = ({ tune, lock, seconds }: SolverLimits): SolverLimits => ({
  ...(tune === undefined ? {} : { tune }),
  ...(lock === undefined ? {} : { lock }),
  ...(seconds === undefined ? {} : { seconds }),
});

/** Limits in a few words: "light and colour only, Cup* locked, 60 s"; empty where there are none. */
export function limitWords({ tune, lock, seconds }: SolverLimits): string {
  return [
    ...(tune === undefined ? [] : [`${tune.join(", ")} only`]),
    ...(lock === undefined || lock.length === 0 ? [] : [`${lock.join(", ")} locked`]),
    ...(seconds === undefined ? [] : [`at most ${seconds} s each`]),
  ].join("; ");
}
