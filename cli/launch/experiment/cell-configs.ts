import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { VigaError } from "../../../config/errors.ts";
import type { ExpandedExperiment } from "../../../config/experiment/cells.ts";
import { type LoadedExperiment, refuse } from "../../../config/experiment/load-experiment.ts";
import { resolveConfig } from "../../../config/loader.ts";
import { presetNames } from "../../../config/presets.ts";
import type { ResolvedConfig } from "../../../config/resolved.ts";
import { suggest } from "../../../config/suggest.ts";
import { ofOneTask } from "../batch/request.ts";

/**
 * The configuration of every cell, by its id. Throws `config_invalid` with one line for each thing that is wrong in any
 * of them, where it stands in the experiment's file.
 */
export function cellConfigs(
  loaded: LoadedExperiment,
  { cells }: ExpandedExperiment,
  sets: readonly string[],
): Map<string, ResolvedConfig> {
  const { file, folder, layer } = loaded;
  const presets = presetNames();
  if (!presets.includes(file.base) && !existsSync(resolve(folder, file.base))) {
    const message = `expected a preset (${presets.join(", ")}) or a YAML file, got "${file.base}"`;
    refuse(layer, [{ path: ["base"], message: `${message}${suggest(file.base, presets)}` }]);
  }
  const [first] = file.tasks;
  const shown = typeof first === "string" ? { task: { dir: first } } : {};
  const mode = typeof first === "object" && first.mode !== undefined ? { mode: first.mode } : {};
  const base = presets.includes(file.base) ? file.base : resolve(folder, file.base);
  const found = new Map<string, ResolvedConfig>();
  const wrong: VigaError[] = [];
  for (const { id, assignments } of cells) {
    try {
      const config = resolveConfig({ config: base, cwd: folder, assignments, sets, ...shown, ...mode });
      const named = ofOneTask.find((key) => key !== "dir" && config.task[key] !== undefined);
      if (named !== undefined) {
        const message = `sets task.${named}; an experiment has its tasks from tasks`;
        refuse(layer, [{ path: ["base"], message }]);
      }
      if (config.seed !== undefined) {
        throw new VigaError("config_invalid", "seed: an experiment has its seeds from seeds: or repeats:", {
          hint: "leave it out of --set and of the base",
        });
      }
      found.set(id, config);
    } catch (thrown) {
      if (!(thrown instanceof VigaError)) throw thrown;
      wrong.push(thrown);
    }
  }
  const [worst] = wrong;
  if (worst !== undefined) {
    const lines = new Set(wrong.flatMap(({ message }) => message.split("\n")));
    throw new VigaError(worst.code, [...lines].join("\n"), {
      ...(worst.hint === undefined ? {} : { hint: worst.hint }),
    });
  }
  return found;
}
