import { createHash } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import { readRegularFile } from "../../../bridge/files/regular-file.ts";
import { writeAtomic } from "../../../bridge/files/write-atomic.ts";
import { VigaError } from "../../../config/errors.ts";
import { resolveConfig } from "../../../config/loader.ts";
import type { ResolvedConfig } from "../../../config/resolved.ts";
import { version } from "../../version.ts";
import { checkTrusted, markRun } from "../run-mark.ts";

/** What a batch was begun with: from it a resumed one makes its configuration again. */
const batchRequest = z.object({
  schema: z.literal(1),
  viga: z.string(),
  mode: z.string(),
  /** As on the command line, with the folder that it was given in. */
  cwd: z.string(),
  config: z.string().optional(),
  model: z.string().optional(),
  sets: z.array(z.string()),
  workers: z.number().int().positive().optional(),
  /** Of the configuration that this came to: another one would make the tasks of one batch incomparable. */
  fingerprint: z.string(),
});
export type BatchRequest = z.infer<typeof batchRequest>;

const file = "args.json";

/** Keys of `task` that say which task is meant: a batch has its tasks from its dataset. */
export const ofOneTask = ["dir", "targets", "text", "start", "start_image", "base", "instruction"] as const;

/** The configuration that all tasks of a batch share. Throws `config_invalid`. */
export function configOf(asked: Pick<BatchRequest, "mode" | "cwd" | "config" | "model" | "sets">): ResolvedConfig {
  const { mode, cwd, config, model, sets } = asked;
  const resolved = resolveConfig({
    mode,
    cwd,
    sets,
    ...(config === undefined ? {} : { config }),
    ...(model === undefined ? {} : { model }),
  });
  const named = ofOneTask.filter((key) => resolved.task[key] !== undefined);
  if (named.length === 0) return resolved;
  throw new VigaError("config_invalid", `task.${named[0]}: a batch has its tasks from --data`, {
    hint: "leave it out, or run that task alone: viga run",
  });
}

/** What must be the same for all tasks of a batch; where they run may change. */
export function fingerprintOf({ executors: _, executors_from: __, bus: ___, ...config }: ResolvedConfig): string {
  return createHash("sha256").update(JSON.stringify(config)).digest("hex");
}

/** Writes `<out>/args.json`. */
export async function writeRequest(
  out: string,
  request: Omit<BatchRequest, "schema" | "viga" | "fingerprint">,
  config: ResolvedConfig,
): Promise<void> {
  const whole: BatchRequest = { schema: 1, viga: version, ...request, fingerprint: fingerprintOf(config) };
  const text = `${JSON.stringify(whole, null, 2)}\n`;
  await writeAtomic(join(out, file), text);
  await markRun(out, text);
}

/**
 * What the batch in a folder was begun with, and the configuration it comes to.
 * Throws `not_found`, `input_invalid` (damaged, another version's, names programs of somebody else's), `config_invalid`
 * where its configuration is another by now.
 */
export async function readRequest(
  out: string,
  trust: boolean,
): Promise<{ request: BatchRequest; config: ResolvedConfig }> {
  const path = join(out, file);
  const text = await readRegularFile(path).catch((cause: unknown) => {
    throw new VigaError("not_found", `${out} holds no batch: there is no ${file}`, {
      cause,
      hint: "give the output folder of a batch, the one with batch.json in it",
    });
  });
  const request = parse(text, path);
  if (request.viga !== version) {
    throw new VigaError("input_invalid", `${path} was written by viga ${request.viga} and cannot be gone on with`, {
      hint: "go on with that version, or start the batch again",
    });
  }
  const config = configOf(request);
  await checkTrusted({ out, config }, trust, file);
  if (fingerprintOf(config) !== request.fingerprint) {
    throw new VigaError("config_invalid", `the configuration of the batch in ${out} has changed since it was begun`, {
      hint: `its tasks could not be compared with each other: take back what changed${request.config === undefined ? "" : ` in ${request.config}`}, or start another batch`,
    });
  }
  return { request, config };
}

function parse(text: string, path: string): BatchRequest {
  try {
    return batchRequest.parse(JSON.parse(text));
  } catch (cause) {
    throw new VigaError("input_invalid", `${path} is damaged`, { cause, hint: "start the batch again" });
  }
}
