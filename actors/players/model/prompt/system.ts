import { VigaError } from "../../../../config/errors.ts";
import { type SolverLimits, type TunedKind, tunedKinds } from "../../../../config/refine.ts";
import { buildPrompt, type PromptRequest, sharedPart } from "../../../../prompts/index.ts";
import type { PlayerIO } from "../../player.ts";

/** What a prompt says of the pictures taken. */
export function picturesOf({ views, preview, task }: PlayerIO): NonNullable<PromptRequest["pictures"]> {
  return { views, px: preview.px, targets: task.targets.map(({ name }) => name) };
}

/** A role's system prompt; what is wrong with the request is the configuration's fault. */
export function promptOf(request: PromptRequest): string {
  try {
    return buildPrompt(request);
  } catch (cause) {
    throw new VigaError("config_invalid", cause instanceof Error ? cause.message : String(cause), {
      cause,
      hint: "see the mode and prompt keys of viga.yaml",
    });
  }
}

/** A generator's system prompt with what it must know where a solver refines the numbers of its programs. */
export function withRefining(prompt: string, refined: SolverLimits | null): string {
  if (refined === null) return prompt;
  const part = sharedPart("refine");
  if (part === undefined) throw new VigaError("internal", "there is no prompt part refine");
  const { tune = tunedKinds, lock = [] } = refined;
  const moves = tune.map((kind) => kindWords[kind]).join(", ");
  const rest = tunedKinds.filter((kind) => !tune.includes(kind)).map((kind) => kindWords[kind]);
  const own = [
    ...(rest.length === 0 ? [] : [`- It leaves alone, and to you: ${rest.join(", ")}.\n`]),
    ...(lock.length === 0
      ? []
      : [
          `- Locked by name, with their materials and data: ${lock.join(", ")}. Their numbers stay as you write them.\n`,
        ]),
  ].join("");
  const text = part
    .trim()
    .replace("{{moves}}", () => moves)
    .replace("{{locked}}", () => own);
  return `${prompt}\n\n${text}`;
}

const kindWords: Readonly<Record<TunedKind, string>> = {
  light: "light and world",
  colour: "colours",
  material: "material values",
  camera: "camera",
  place: "places and angles",
  size: "sizes",
};
