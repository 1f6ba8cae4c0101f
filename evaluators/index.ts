import { VigaError } from "../config/errors.ts";
import type { Evaluator } from "./evaluator.ts";

/** Every evaluator by the name that a mode gives it; loaded when a run needs it. */
const evaluators: Readonly<Record<string, () => Promise<Evaluator>>> = {
  pages: async () => (await import("./pages.ts")).pages,
  slides: async () => (await import("./slides.ts")).slides,
  photometric: async () => (await import("./photometric.ts")).photometric,
};

/** Throws `config_invalid` for a name that has no evaluator. */
export async function evaluatorFor(name: string): Promise<Evaluator> {
  const load = Object.hasOwn(evaluators, name) ? evaluators[name] : undefined;
  if (load === undefined) {
    throw new VigaError("config_invalid", `there is no evaluator "${name}"`, {
      hint: `evaluators: ${Object.keys(evaluators).join(", ")}; a mode names its own in config/modes`,
    });
  }
  return load();
}
