import { join } from "node:path";
import { readRegularFile } from "../../../bridge/files/regular-file.ts";
import { writeAtomic } from "../../../bridge/files/write-atomic.ts";
import { VigaError } from "../../../config/errors.ts";
import { type Batch, type BatchTask, batch, batchSchema } from "../../../machines/domain/index.ts";
import type { FoundTask } from "../dataset/find-tasks.ts";

export const batchFile = "batch.json";

/** A batch of tasks that nobody began. */
export function newBatch(mode: string, data: string, found: readonly FoundTask[]): Batch {
  const tasks = found.map(
    ({ path: _, ...task }): BatchTask => ({
      ...task,
      dir: task.id,
      status: "unfinished",
      attempts: 0,
      seconds: 0,
      start_hash: {},
    }),
  );
  return { schema: batchSchema, mode, data, started: new Date().toISOString(), tasks };
}

/** Reads `<out>/batch.json`. Throws `not_found`, `input_invalid`. */
export async function readBatch(out: string): Promise<Batch> {
  const path = join(out, batchFile);
  const text = await readRegularFile(path).catch((cause: unknown) => {
    throw new VigaError("not_found", `${out} holds no batch: there is no ${batchFile}`, {
      cause,
      hint: "give the output folder of a batch: viga batch MODE --data DIR makes one",
    });
  });
  try {
    return batch.parse(JSON.parse(text));
  } catch (cause) {
    throw new VigaError("input_invalid", `${path} is damaged, or not a batch that this version reads`, {
      cause,
      hint: "start the batch again; the runs in its folders are whole by themselves",
    });
  }
}

/** Keeps `<out>/batch.json` as its tasks go on: one writer, the newest state last, never half a file. */
export class BatchFile {
  readonly batch: Batch;
  readonly #path: string;
  #writing: Promise<void> = Promise.resolve();
  #waiting = false;

  constructor(out: string, content: Batch) {
    this.batch = content;
    this.#path = join(out, batchFile);
  }

  /** Changes a task, and resolves when the file says so. */
  change(task: BatchTask, patch: Partial<BatchTask>): Promise<void> {
    Object.assign(task, patch);
    return this.save();
  }

  save(): Promise<void> {
    // Changes that come while a write is under way go into the next one together.
    if (!this.#waiting) {
      this.#waiting = true;
      this.#writing = this.#writing
        .catch(() => undefined)
        .then(async () => {
          this.#waiting = false;
          await writeAtomic(this.#path, `${JSON.stringify(this.batch, null, 2)}\n`);
        });
    }
    return this.#writing;
  }
}
