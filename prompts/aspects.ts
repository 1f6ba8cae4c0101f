import type { Aspect } from "../config/modes/mode.ts";
import { fillTemplate, type PartSource } from "./template.ts";

/** Tools by which a verifier looks from elsewhere, in the order in which they help. */
const viewpointTools = ["initialize_viewpoint", "set_camera", "investigate"];

/** How to come by a better camera pose: by looking, where tools allow that, else by arithmetic. */
function lookText(offered: readonly string[]): string {
  const found = viewpointTools.filter((name) => offered.includes(name)).map((name) => `\`${name}\``);
  if (found.length === 0) return "work a better pose out from the cameras and things of the scene data";
  const last = found.pop()!;
  return `look for a better pose with ${found.length === 0 ? last : `${found.join(", ")} and ${last}`}`;
}

/**
 * What a verifier goes through, as the mode and the prompt setting have it; "" where the mode has other words for it. A
 * scene whose camera is given is not judged by it.
 */
export function aspectsText(
  aspects: readonly Aspect[],
  setting: string,
  offered: readonly string[],
  parts: PartSource,
): string {
  const given = setting === "init";
  const kept = aspects.filter((aspect) => !(given && aspect === "camera"));
  if (kept.length === 0) return "";
  const lines = kept.map((aspect) => {
    const part = parts(`aspect_${aspect}`);
    if (part === undefined) throw new Error(`there is no prompt part aspect_${aspect}`);
    return fillTemplate(part, { look: lookText(offered) }, parts);
  });
  if (given)
    lines.push(
      "- The camera was given: suggest no change of it. Things that were given are to be lit and moved, not rebuilt.",
    );
  return fillTemplate(parts("aspects") ?? "", { aspects: lines.join("\n") }, parts);
}
