import { VigaError } from "../../../../config/errors.ts";
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
export function withRefining(prompt: string, refined: boolean): string {
  if (!refined) return prompt;
  const part = sharedPart("refine");
  if (part === undefined) throw new VigaError("internal", "there is no prompt part refine");
  return `${prompt}\n\n${part.trim()}`;
}
