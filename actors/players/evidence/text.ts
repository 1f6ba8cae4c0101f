import type { SceneSummary } from "../../../skills/blender/tools/scene/summary.ts";
import { rendererText } from "../../../skills/blender/tools/scene/text.ts";
import type { Finding } from "../findings.ts";

/** From this many samples a pixel on, grain is hardly seen. */
const clean = 128;

/** How the pictures are drawn, in one line; null where the engine does not say. */
export function pictureLine(scene: SceneSummary): string | null {
  if (scene.renderer === undefined) return null;
  const { samples } = scene;
  const grain = scene.renderer === "CYCLES" && typeof samples === "number" && samples < clean;
  return grain ? `${rendererText(scene)} Grain is the renderer's, not the scene's.` : rendererText(scene);
}

const lossText = (loss: number) => Number(loss.toPrecision(3));

/** Findings as lines with what would correct them; `but` holds what was said already. */
export function findingLines(
  findings: readonly Finding[],
  most: number,
  but: ReadonlySet<string> = new Set(),
): string[] {
  const lines = findings
    .slice(0, most)
    .filter(({ text }) => !but.has(text))
    .flatMap(({ text, advice, loss, where }) => {
      const step = advice?.startsWith(`${where}: `) ? advice.slice(where.length + 2) : advice;
      const correct = advice === null || but.has(advice) ? [] : [`  To correct: ${step}.`];
      return [`- ${text} (loss ${lossText(loss)})`, ...correct];
    });
  if (lines.length === 0) return [];
  return ["Differences, most loss first; places are fractions of the picture from its upper left corner:", ...lines];
}
