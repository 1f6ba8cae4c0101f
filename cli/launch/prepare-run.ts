import { join } from "node:path";
import { ArtifactStore } from "../../bridge/artifacts/store.ts";
import type { ResolvedConfig } from "../../config/resolved.ts";
import type { LoadedTask } from "../../config/task.ts";
import type { RunSpec } from "../../machines/domain/index.ts";
import { makeSpec } from "./make-run-spec.ts";
import { makeOut } from "./out.ts";
import { writeSpec } from "./run-file.ts";
import { makeStartScene, startFrom } from "./start-scene.ts";

/**
 * Makes a run's folder with everything that it is begun from, and its run.json last. Throws `input_invalid`.
 * @param options.memo folder in which runs share what they have drawn
 */
export async function prepareRun(
  config: ResolvedConfig,
  task: LoadedTask,
  out: string,
  skills: NonNullable<RunSpec["skills"]>,
  options: { signal: AbortSignal; json: boolean; memo?: string },
): Promise<RunSpec> {
  const scene = config.init === "sam3d" ? await makeStartScene(config, task, options) : null;
  await makeOut(out);
  const store = new ArtifactStore(join(out, "artifacts"));
  const begun = scene === null ? task : await startFrom(scene, task, out);
  const { memo } = options;
  const spec = { ...(await makeSpec(config, begun, out, store, skills)), ...(memo === undefined ? {} : { memo }) };
  await writeSpec(spec);
  return spec;
}
