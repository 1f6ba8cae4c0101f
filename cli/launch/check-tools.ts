import { VigaError } from "../../config/errors.ts";
import { modeOf } from "../../config/modes/index.ts";
import { roleNames } from "../../config/players.ts";
import type { ResolvedConfig } from "../../config/resolved.ts";
import { suggest } from "../../config/suggest.ts";
import { allTools, isFor } from "../../skills/tool.ts";

/**
 * Every tool that a model's role names must exist for that role and the mode's engine; those of users' own servers
 * (`server/tool`) are asked for when the servers are started. Throws `config_invalid` with one line per name.
 */
export async function checkTools(config: ResolvedConfig): Promise<void> {
  const tools = await allTools();
  const { engine } = modeOf(config.mode);
  const wrong: string[] = [];
  for (const section of ["roles", "shadow"] as const) {
    for (const role of roleNames) {
      const known = tools.filter((tool) => isFor(tool, role, engine)).map(({ name }) => name);
      for (const name of config[section][role]?.skills ?? []) {
        if (name.includes("/") || known.includes(name)) continue;
        const near = suggest(name, known);
        wrong.push(
          `${section}.${role}.skills: the ${role} has no tool "${name}" in mode ${config.mode}${near || `; it may have ${known.join(", ")}`}`,
        );
      }
    }
  }
  if (wrong.length === 0) return;
  throw new VigaError("config_invalid", wrong.join("\n"), {
    hint: "a tool of a server of your own is written server/tool, or server/* for all of them (see skills:)",
  });
}
