import { parseCommandString } from "execa";
import { loadRecording } from "../../actors/players/replay/replay.ts";
import { valuesOf } from "../../bridge/processes/child-env.ts";
import { findProgram } from "../../bridge/processes/find-program.ts";
import { VigaError } from "../../config/errors.ts";
import { type RoleName, roleNames } from "../../config/players.ts";
import type { ResolvedConfig } from "../../config/resolved.ts";
import type { HostMode } from "./hosts.ts";

/**
 * What the players of this run are made from must be there and readable before anything starts: recordings and
 * programs. Roles on other hosts find theirs there. Throws `not_found`, `input_invalid`, `dependency_missing`.
 */
export async function checkPlayers(config: ResolvedConfig, hosts: HostMode): Promise<void> {
  if (hosts === "apart") return;
  for (const section of ["roles", "shadow"] as const) {
    for (const role of roleNames) {
      const { spec, env = [] } = config[section][role] ?? {};
      const place = `${section}.${role}`;
      if (spec?.kind === "replay") await checkRecording(spec.argument ?? "", role, place);
      if (spec?.kind !== "command") continue;
      await checkCommand(spec.argument ?? "", place);
      valuesOf(env, `${place}.env`);
    }
  }
}

async function checkRecording(path: string, role: RoleName, place: string): Promise<void> {
  const recording = await loadRecording(path).catch((thrown: unknown) => {
    if (!(thrown instanceof VigaError)) throw thrown;
    const { code, message, hint } = thrown;
    throw new VigaError(code, `${place}: ${message}`, { cause: thrown, ...(hint === undefined ? {} : { hint }) });
  });
  const held = role === "generator" ? recording.moves : recording.feedback;
  if (held.size > 0) return;
  const other = role === "generator" ? "programs" : "feedback";
  throw new VigaError("input_invalid", `${place}: ${path} holds no ${other} to play back`, {
    hint: `it was recorded from another role; let another player be the ${role}`,
  });
}

async function checkCommand(command: string, place: string): Promise<void> {
  const [program = ""] = parseCommandString(command);
  if ((await findProgram(program)) !== null) return;
  throw new VigaError("dependency_missing", `${place}: there is no program ${program} to run`, {
    hint: "install it, or write its path: command:/path/to/program ARGUMENTS",
  });
}
