import { existsSync } from "node:fs";
import { join } from "node:path";
import { checkScratchRoot } from "../../../bridge/processes/scratch.ts";
import type { ResolvedConfig } from "../../../config/resolved.ts";
import { retirementLines } from "../../../config/retired.ts";
import type { BatchTask } from "../../../machines/domain/index.ts";
import { printError } from "../../print.ts";
import type { TaskSettings } from "../batch/play-task.ts";
import { checkPlayers } from "../check-players.ts";
import { checkTools } from "../check-tools.ts";
import { refuseOracles } from "../dataset/leaks.ts";
import { listForeignTools } from "../foreign-tools.ts";
import { checkOwnFolder } from "../own-folder.ts";
import { refuseLive } from "../owner.ts";
import { checkExecutors, preflight } from "../preflight.ts";
import { loadSpec } from "../run-file.ts";
import { checkTrusted } from "../run-mark.ts";

/**
 * Everything that would keep runs of these configurations from being played, before anything is made. -> tools of users'
 * own servers, by the configuration.
 */
export async function checkConfigs(
  configs: readonly ResolvedConfig[],
  datasets: readonly string[],
): Promise<Map<ResolvedConfig, TaskSettings["skills"]>> {
  await checkScratchRoot();
  const told = new Set<string>();
  const asked = new Set<string>();
  const skills = new Map<ResolvedConfig, TaskSettings["skills"]>();
  for (const config of configs) {
    for (const line of retirementLines(config)) {
      if (!told.has(line)) printError(`warning: ${line}\n`);
      told.add(line);
    }
    for (const data of datasets) refuseOracles(config, data);
    await checkTools(config);
    await checkPlayers(config, "inline");
    checkExecutors(config, "inline");
    // Cells mostly share their models: each endpoint is asked once.
    const roles = [...Object.values(config.roles), ...Object.values(config.shadow)];
    const who = JSON.stringify([roles.map((role) => role?.profile), config.assets.services]);
    if (!asked.has(who)) await preflight(config, "inline");
    asked.add(who);
    skills.set(config, await listForeignTools(config, (line) => printError(`${line}\n`)));
  }
  return skills;
}

/** An experiment's folder that is gone on with: nobody else is at it, and what it has started is this user's own. */
export async function checkFolder(out: string, tasks: readonly BatchTask[], trust: boolean): Promise<void> {
  if (!existsSync(out)) return;
  await refuseLive(out, "experiment");
  await checkOwnFolder(out);
  for (const { dir, status } of tasks) {
    const folder = join(out, dir);
    if (status !== "unfinished" || !existsSync(join(folder, "run.json"))) continue;
    await checkTrusted(await loadSpec(folder), trust);
  }
}
