import { z } from "zod";
import { task } from "../../machines/domain/index.ts";
import { memoryOptions } from "../../machines/memory/options.ts";

/** One player as the run's configuration names it; overrides are the player's own options. */
export const rolePlayer = z.object({ player: z.string(), options: z.record(z.string(), z.unknown()) });

/** What every process needs to know of a run, in KV `viga_actors` under `run.<run>`. No secrets. */
export const runSpec = z.object({
  schema: z.literal(1),
  run: z.string(),
  task,
  engine: z.string(),
  players: z.object({ generator: rolePlayer, verifier: rolePlayer }),
  approve: z.enum(["never", "always", "on_error"]),
  memory: memoryOptions,
  /** Pictures an executor takes of a state. */
  views: z.array(
    z.object({
      camera: z.string().nullable(),
      name: z.string(),
      frame: z.number().int().optional(),
      optional: z.boolean().optional(),
    }),
  ),
  render: z.object({
    preview: z.object({ px: z.number().int(), samples: z.number().int() }),
    final: z.object({ px: z.number().int(), samples: z.number().int() }),
  }),
  /** Wall-clock limit of one program, seconds. */
  seconds: z.number().positive(),
  /** Folder of the run on the host that made it; artifacts lie in `<out>/artifacts`. */
  out: z.string(),
  /** The whole resolved configuration, for args.json and players. */
  config: z.record(z.string(), z.unknown()),
});
export type RunSpec = z.infer<typeof runSpec>;

export const specKey = (run: string) => `run.${run}`;
export const actorKey = (run: string, role: string) => `actor.${run}.${role}`;
export const leaseKey = (run: string) => `lease.${run}`;
export const slotKey = (engine: string, slot: string) => `slot.${engine}.${slot}`;

/** Who holds a run's scene. `epoch` grows with every grant: an answer with an older one is refused. */
export const lease = z.object({
  run: z.string(),
  engine: z.string(),
  slot: z.string(),
  epoch: z.number().int().positive(),
});
export type Lease = z.infer<typeof lease>;

/** A slot's own entry, renewed every second: its beat is its heartbeat, its card what it can do. */
export const slotEntry = z.object({
  engine: z.string(),
  slot: z.string(),
  beat: z.number().int(),
  instance: z.string(),
  /** The process that serves the slot (bridge/processes); absent where the system does not say. */
  process: z.string().optional(),
  status: z.enum(["ready", "running", "draining", "gone"]),
  card: z.record(z.string(), z.unknown()),
});
export type SlotEntry = z.infer<typeof slotEntry>;
