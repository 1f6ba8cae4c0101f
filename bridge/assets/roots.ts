import { existsSync } from "node:fs";
import { join } from "node:path";
import { type AssetSettings, assetsSchema } from "../../config/assets.ts";
import type { RunSpec } from "../../machines/domain/index.ts";

type Spec = Pick<RunSpec, "task" | "config" | "out">;

/** What a run's configuration says of assets. */
export const assetSettings = ({ config }: Pick<RunSpec, "config">): AssetSettings =>
  assetsSchema.parse(config.assets ?? {});

/** Folder of what was made or fetched for a run. */
export const madeAssets = (out: string): string => join(out, "assets");

/** Absolute paths that a run's programs may load from: the task's own, the libraries on this host, and what was made. */
export function assetRoots(spec: Spec): string[] {
  const own = spec.task.assets === undefined ? [] : [spec.task.assets.root];
  const shared = [...assetSettings(spec).folders, madeAssets(spec.out)];
  return [...new Set([...own, ...shared.filter((path) => existsSync(path))])];
}
