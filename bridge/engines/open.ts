import { VigaError } from "../../config/errors.ts";
import type { Engine, OpenOptions } from "./contract.ts";

/** Every engine by its name; the only switch on one. Loaded when it is opened. */
const engines: Readonly<Record<string, () => Promise<(options: OpenOptions) => Promise<Engine>>>> = {
  blender: async () => (await import("./blender.ts")).openBlender,
  slides: async () => (await import("./slides.ts")).openSlides,
  web: async () => (await import("./web.ts")).openWeb,
};

export const engineNames: readonly string[] = Object.keys(engines);

/** Starts an engine. Throws `config_invalid` for a name that is none, `dependency_missing`, `engine_failed`. */
export async function openEngine(name: string, options: OpenOptions): Promise<Engine> {
  const load = Object.hasOwn(engines, name) ? engines[name] : undefined;
  if (load === undefined) {
    throw new VigaError("config_invalid", `there is no engine "${name}" in this version`, {
      hint: `engines: ${engineNames.join(", ")}`,
    });
  }
  return (await load())(options);
}
