import { z } from "zod";

/** A slot's name is one token of a NATS subject and of a durable's name. */
export const slotName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/, "expected 1 to 32 of A-Z a-z 0-9 _ - , like gpu0");

/** A device as CUDA_VISIBLE_DEVICES names it: by number, or by a UUID, also its beginning, of a GPU or of a part of one. */
const gpuNumber = z.int().min(0).max(255);
const uuid = /^(GPU|MIG)-[0-9A-Za-z][0-9A-Za-z/-]{1,100}$/;
const oneGpu = "expected a GPU's number from 0 to 255, or its UUID as nvidia-smi -L shows it, like GPU-8932f937";
const gpuName = z.union([gpuNumber, z.string().regex(uuid, oneGpu)], { error: oneGpu });
export type Gpu = z.output<typeof gpuName>;

/** Reads a device as it is written; undefined where it names none. */
export function readGpu(written: string): Gpu | undefined {
  const text = written.trim();
  const read = gpuName.safeParse(/^\d{1,3}$/.test(text) ? Number(text) : text);
  return read.success ? read.data : undefined;
}

/** How an engine keeps one job from the next: a fork each, a process each that waits for its job, or a process each. */
export const isolation = z.enum(["fork", "reset", "cold"]);
export type Isolation = z.output<typeof isolation>;

const executor = z.strictObject({
  slot: slotName.meta({ description: "Name of the slot, like gpu0 or cpu." }),
  gpu: gpuName.optional().meta({ description: "Number or UUID of the GPU it is pinned to; absent: the CPU." }),
  isolation: isolation
    .optional()
    .meta({ description: "How jobs are kept apart; absent: the best that the engine's self-test finds safe." }),
});
export type ExecutorSettings = z.output<typeof executor>;

/** One executor per slot. Empty: executors are started elsewhere (`viga executor`) and found on the bus. */
export const executorsSchema = z
  .array(executor)
  .max(64)
  .superRefine((list, context) => {
    const slots = new Map<string, number>();
    const gpus = new Map<string, number>();
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
      const name = gpu === undefined ? undefined : String(gpu).toLowerCase();
      const other = name === undefined ? undefined : gpus.get(name);
      if (other !== undefined) {
        context.addIssue({
          code: "custom",
          path: [index, "gpu"],
          message: `GPU ${gpu} is also executor ${other}'s; expected one executor per GPU`,
        });
      }
      if (name !== undefined) gpus.set(name, index);
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
 * Executors where none are written: one per device that CUDA_VISIBLE_DEVICES lists, by number or UUID, else one on the
 * CPU. As CUDA does it, the list is read up to the first name that is no device's (`-1`, `NoDevFiles`), and a device
 * that is listed twice counts once. `from` says why.
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
  const read = names.map(readGpu);
  const end = read.indexOf(undefined);
  const known = new Map<string, Gpu>();
  for (const gpu of read.slice(0, end < 0 ? read.length : end)) {
    if (gpu !== undefined && !known.has(String(gpu).toLowerCase())) known.set(String(gpu).toLowerCase(), gpu);
  }
  const gpus = [...known.values()].slice(0, 64);
  const shown = `CUDA_VISIBLE_DEVICES=${listed.replaceAll(/\p{C}+/gu, " ").slice(0, 200)}`;
  if (gpus.length === 0) return cpu(`${shown} lists no GPU`);
  const cut = end >= 0 && names.slice(end).some((name) => name !== "");
  const from = cut ? `${shown}, read up to ${JSON.stringify(names[end]!.slice(0, 40))} as CUDA does` : shown;
  return { executors: withSlots(gpus), from };
}

/** A slot for each device, named after it: gpu0, or the beginning of its UUID. */
function withSlots(gpus: readonly Gpu[]): ExecutorSettings[] {
  const taken = new Set<string>();
  return gpus.map((gpu) => {
    const plain =
      typeof gpu === "number"
        ? `gpu${gpu}`
        : gpu
            .toLowerCase()
            .replaceAll(/[^a-z0-9]+/g, "-")
            .slice(0, 12);
    let slot = plain.replace(/-$/, "");
    for (let n = 2; taken.has(slot); n++) slot = `${plain}-${n}`;
    taken.add(slot);
    return { slot, gpu };
  });
}
