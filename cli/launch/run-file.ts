import { join } from "node:path";
import { readRegularFile } from "../../bridge/files/regular-file.ts";
import { writeAtomic } from "../../bridge/files/write-atomic.ts";
import { VigaError } from "../../config/errors.ts";
import { type RunSpec, runSpec, runSpecSchema } from "../../machines/domain/index.ts";
import { markRun } from "./run-mark.ts";

/** Writes `<out>/run.json`, from which a run is resumed. */
export async function writeSpec(spec: RunSpec): Promise<void> {
  const text = `${JSON.stringify(spec, null, 2)}\n`;
  await writeAtomic(join(spec.out, "run.json"), text);
  await markRun(spec.out, text);
}

/** The spec of the run in a folder, whose `out` is that folder wherever it lies now. Throws `not_found`, `input_invalid`. */
export async function loadSpec(out: string): Promise<RunSpec> {
  const path = join(out, "run.json");
  const text = await readRegularFile(path).catch((cause: unknown) => {
    throw new VigaError("not_found", `${out} holds no run: there is no run.json`, {
      cause,
      hint: "give the output folder of a run, the one with run.json and tape.jsonl in it",
    });
  });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new VigaError("input_invalid", `${path} is damaged`, { cause, hint: "start the run again" });
  }
  const { schema, viga } = (json ?? {}) as { schema?: unknown; viga?: unknown };
  if (schema !== runSpecSchema) {
    throw new VigaError(
      "input_invalid",
      `${path} was written by viga ${versionText(viga)} and cannot be gone on with`,
      {
        hint: "go on with that version, or start the run again; viga report and replay: read its results",
      },
    );
  }
  const parsed = runSpec.safeParse(json);
  if (parsed.success) return { ...parsed.data, out };
  throw new VigaError("input_invalid", `${path} is damaged`, { cause: parsed.error, hint: "start the run again" });
}

/** The first versions wrote no version of theirs. */
const versionText = (viga: unknown) => (typeof viga === "string" ? viga : "0.1.0 or older");
