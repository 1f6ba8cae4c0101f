import { VigaError } from "../errors.ts";
import { suggest } from "../suggest.ts";
import { autopresent } from "./autopresent.ts";
import { blenderbench } from "./blenderbench.ts";
import { blendergym } from "./blendergym.ts";
import { design2code } from "./design2code.ts";
import { dynamicScene } from "./dynamic_scene.ts";
import type { ModeDefinition, TaskLook } from "./mode.ts";
import { staticScene } from "./static_scene.ts";

/** Every mode; the only list of them. */
const all: readonly ModeDefinition[] = [blendergym, blenderbench, staticScene, dynamicScene, autopresent, design2code];

/** Every mode by its name. */
export const modes: ReadonlyMap<string, ModeDefinition> = new Map(all.map((mode) => [mode.name, mode]));
export const modeNames: readonly string[] = [...modes.keys()];

/** Values of `prompt` and `init` that any mode takes. */
export const promptSettings: readonly string[] = [...new Set(all.flatMap((mode) => mode.promptSettings))];
export const initSettings: readonly string[] = [...new Set(all.flatMap((mode) => mode.initSettings))];

/** The mode's own name for a name people write: the name itself, or what an alias stands for. */
export function modeName(written: string): string {
  return all.find((mode) => mode.aliases.includes(written))?.name ?? written;
}

/** Throws `config_invalid` for a name that is no mode. */
export function modeOf(name: string): ModeDefinition {
  const mode = modes.get(name);
  if (mode !== undefined) return mode;
  throw new VigaError("config_invalid", `there is no mode ${name}${suggest(name, modeNames)}`, {
    hint: `expected one of ${modeNames.join(", ")}`,
  });
}

/** The mode that recognises a task most surely; null where none does. */
export function modeFor(look: TaskLook): string | null {
  const sure = all.map((mode) => ({ name: mode.name, by: mode.recognises(look) })).filter(({ by }) => by > 0);
  return sure.sort((a, b) => b.by - a.by)[0]?.name ?? null;
}
