import { z } from "zod";

/**
 * Where a task of a batch stands. `failed`: its run ended without a result that counts, or could not be played on;
 * `error`: the task itself could not be begun (a file that is missing or broken). `unfinished`: waiting, under way, or
 * cut off; only a batch that goes on changes it.
 */
export const batchStatus = z.enum(["done", "failed", "error", "unfinished"]);
export type BatchStatus = z.infer<typeof batchStatus>;

/** One task of a batch. */
export const batchTask = z.object({
  /** Unique in the batch, and a folder's name: geometry1, level1-camera1, art_photos-slide_2-sufficient, 5672. */
  id: z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/),
  /** What its dataset calls it by, as far as the dataset has such a thing. */
  type: z.string().optional(),
  level: z.string().optional(),
  setting: z.string().optional(),
  topic: z.string().optional(),
  /** Its folder or target picture, relative to the batch's `data`. */
  source: z.string(),
  /** Folder of its run, relative to the batch's own: the id; from the second attempt after a failure on `<id>.<attempt>`. */
  dir: z.string(),
  status: batchStatus,
  /** Why it is not done; of a done one why its run stopped. Absent while nothing is known. */
  reason: z.string().optional(),
  /** Times it was begun anew; going on with a run that was cut off is none. */
  attempts: z.number().int().nonnegative(),
  /** Seconds that its last attempt took, interruptions left out. */
  seconds: z.number().nonnegative(),
  /** SHA-256 of what its run starts from (program, base), by the file's name. */
  start_hash: z.record(z.string(), z.string().regex(/^sha256:[0-9a-f]{64}$/)),
  /** What whoever reads its scores must know: its start holds what the goal asks for. Absent: nothing was found. */
  warnings: z.array(z.string()).optional(),
});
export type BatchTask = z.infer<typeof batchTask>;

/** Version of batch.json. */
export const batchSchema = 1;

/** `<out>/batch.json`: the tasks of a batch and where each stands; each task's run lies in its `dir` like any run. */
export const batch = z.object({
  schema: z.literal(batchSchema),
  mode: z.string(),
  /** Absolute path of the dataset's folder. */
  data: z.string(),
  /** When the batch was begun, ISO 8601. */
  started: z.iso.datetime(),
  /** Command that goes on with it where that is another than viga batch: its tasks are an experiment's runs. */
  resume: z.string().optional(),
  tasks: z.array(batchTask),
});
export type Batch = z.infer<typeof batch>;
