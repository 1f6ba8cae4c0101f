import { z } from "zod";

/** A slot's name is one token of a NATS subject and of a durable's name. */
export const slotName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/, "expected 1 to 32 of A-Z a-z 0-9 _ - , like gpu0");

const executor = z.strictObject({
  slot: slotName.meta({ description: "Name of the slot, like gpu0 or cpu." }),
  gpu: z.int().min(0).max(255).optional().meta({ description: "Index of the GPU it is pinned to; absent: the CPU." }),
});
export type ExecutorSettings = z.output<typeof executor>;

/** One executor per slot. Empty: executors are started elsewhere (`viga executor`) and found on the bus. */
export const executorsSchema = z
  .array(executor)
  .max(64)
  .superRefine((list, context) => {
    const slots = new Map<string, number>();
    const gpus = new Map<number, number>();
    for (const [index, { slot, gpu }] of list.entries()) {
      const twin = slots.get(slot);
      if (twin !== undefined) {
        context.addIssue({
          code: "custom",
          path: [index, "slot"],
          message: `"${slot}" is also executor ${twin}'s slot; expected a name of its own`,
        });
      }
      slots.set(slot, index);
      const other = gpu === undefined ? undefined : gpus.get(gpu);
      if (other !== undefined) {
        context.addIssue({
          code: "custom",
          path: [index, "gpu"],
          message: `GPU ${gpu} is also executor ${other}'s; expected one executor per GPU`,
        });
      }
      if (gpu !== undefined) gpus.set(gpu, index);
    }
  });

/** Limits of one engine job. */
export const limitsSchema = z.strictObject({
  seconds: z.number().positive().max(86_400).default(120).meta({ description: "Wall clock of a job, seconds." }),
  memory_mb: z.int().min(256).max(4_194_304).default(6144).meta({ description: "Address space of a job, MiB." }),
});

/** Engines whose renderer uses a GPU; any other would hold one idle. */
const gpuEngines: readonly string[] = ["blender"];

/**
 * Executors where none are written: one per device that CUDA_VISIBLE_DEVICES lists (CUDA reads it up to the first
 * number that is none), else one on the CPU. `from` says why.
 */
export function defaultExecutors(
  engine: string,
  env: NodeJS.ProcessEnv,
): { executors: ExecutorSettings[]; from: string } {
  const cpu = (from: string) => ({ executors: [{ slot: "cpu" }], from });
  if (!gpuEngines.includes(engine)) return cpu(`the ${engine} engine uses no GPU`);
  const listed = env.CUDA_VISIBLE_DEVICES;
  if (listed === undefined) return cpu("CUDA_VISIBLE_DEVICES is not set");
  const names = listed.split(",").map((name) => name.trim());
  const end = names.findIndex((name) => !/^\d{1,3}$/.test(name) || Number(name) > 255);
  const gpus = [...new Set(names.slice(0, end < 0 ? names.length : end).map(Number))].slice(0, 64);
  const shown = `CUDA_VISIBLE_DEVICES=${listed.slice(0, 100)}`;
  if (gpus.length > 0) return { executors: gpus.map((gpu) => ({ slot: `gpu${gpu}`, gpu })), from: shown };
  return cpu(`${shown} lists no device by its number`);
}
