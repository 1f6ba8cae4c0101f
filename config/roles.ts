import { z } from "zod";
import { writtenPlayers } from "./players.ts";
import { profile } from "./profile.ts";
import { solverLimits } from "./refine.ts";
import { toolReference, variable } from "./skills.ts";

const written = `${writtenPlayers.join(", ")} or the name of a model`;
const expectedPlayer = `expected a player: ${written}`;

const player = z
  .string({ error: expectedPlayer })
  .trim()
  .min(1, expectedPlayer)
  .max(4096)
  .meta({ description: `Who plays the role: ${written}.` });

/** What a verifier is told of the rounds it judged before. */
export const verifierMemory = z.enum(["none", "last", "window"]);

/** Settings of one role beside its player: those of a solver, the rest for models and commands. */
const roleObject = z.strictObject({
  player,
  skills: z.array(toolReference).max(32).optional().meta({
    description:
      "Tools the role is offered, viga's own by name, those of a server under skills as server/tool or server/*; absent: the mode's own list.",
  }),
  analyze_target: z
    .boolean()
    .optional()
    .meta({ description: "Describe the target before round 1 and give that to every role (verifier)." }),
  calibrate: z
    .int()
    .min(0)
    .max(20)
    .optional()
    .meta({ description: "Blind A/A pairs that measure the judge's own noise before round 1 (verifier); 0: none." }),
  pairwise: z
    .boolean()
    .optional()
    .meta({ description: "Choose the best of several candidates by asking the model for pairs (verifier)." }),
  memory: verifierMemory.optional().meta({
    description:
      "What the verifier is told of its earlier verdicts: none, its last (default), or those of the window (memory.rounds).",
  }),
  explicit_comparison: z.boolean().optional().meta({
    description: "Ask over target, last and last but one picture whether they approach the target (generator).",
  }),
  temperature: profile.shape.temperature
    .unwrap()
    .optional()
    .meta({ description: "Overrides the profile's temperature; null: none is sent." }),
  reasoning_effort: profile.shape.reasoning_effort
    .unwrap()
    .optional()
    .meta({ description: "Overrides how much the model thinks before it answers; null: its own default." }),
  max_tokens: z.int().min(16).optional().meta({ description: "Overrides the profile's output tokens per call." }),
  image_max_px: z.int().min(0).max(16384).optional().meta({ description: "Overrides the profile's picture size." }),
  image_detail: profile.shape.image_detail.meta({ description: "Overrides the profile's image_detail." }),
  tools: z
    .enum(["native", "inline", "json"])
    .optional()
    .meta({ description: "Overrides the profile's way of calling tools." }),
  env: z
    .array(variable)
    .max(64)
    .optional()
    .meta({ description: "Environment variables that a command may see, by name, besides PATH, HOME and LANG." }),
  ...solverLimits,
});
export type RoleSettings = z.output<typeof roleObject>;

/** A role as written: a player's name, or the player with settings. */
export const roleSchema = z.union([player, roleObject], { error: "expected a player, or { player: ..., settings }" });

export const rolesSchema = z.strictObject({ generator: roleSchema, verifier: roleSchema });
export const shadowSchema = z.strictObject({ generator: roleSchema.optional(), verifier: roleSchema.optional() });

/** Settings that only a model can follow; naming a built-in player drops the ones it would inherit. */
export const modelSettings = Object.keys(roleObject.shape).filter(
  (key) => key !== "player" && !Object.hasOwn(solverLimits, key),
);
