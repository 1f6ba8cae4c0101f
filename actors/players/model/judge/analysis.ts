import { jsonrepair } from "jsonrepair";
import type { Model } from "../../../../bridge/models/contract.ts";
import { VigaError } from "../../../../config/errors.ts";
import type { Task } from "../../../../machines/domain/index.ts";
import type { PlayerIO } from "../../player.ts";
import { ask } from "../call.ts";
import { imagePart } from "../prompt/opening.ts";
import { promptOf } from "../prompt/system.ts";
import { bounded } from "../tools/tool.ts";

/** Characters of an analysis that are kept: it is shown again in every round. */
const mostText = 12_000;
const tries = 3;

/** The JSON object in a reply, repaired where it was broken; null when there is none. */
export function jsonObject(text: string): Record<string, unknown> | null {
  const fenced = /```(?:json)?\s*\n([\s\S]*?)\n?```/.exec(text)?.[1] ?? text;
  const start = fenced.indexOf("{");
  if (start < 0) return null;
  const end = fenced.lastIndexOf("}");
  for (const piece of [fenced.slice(start, end + 1), fenced.slice(start)]) {
    try {
      const value: unknown = JSON.parse(jsonrepair(piece));
      if (value !== null && typeof value === "object" && !Array.isArray(value)) return value as Record<string, unknown>;
    } catch {
      // The next piece may still be readable; without any the caller is told.
    }
  }
  return null;
}

/**
 * Describes the target before round 1, as JSON text: objects, relations, camera, lighting, materials (slides and pages:
 * blocks). The model is asked again when its reply holds no JSON object.
 *
 * @throws VigaError model_reply_invalid after three replies without one
 */
export async function analyzeTarget(
  task: Task,
  io: PlayerIO,
  options: { model: Model; mode: string; temperature?: number; maxTokens?: number },
): Promise<string> {
  const { model, mode } = options;
  const system = promptOf({ mode, role: "analyze", setting: task.prompt, style: model.state.style, tools: [] });
  const said = task.text.trim();
  const targets = await Promise.all(task.targets.map((target) => imagePart(io, target.image, `target ${target.name}`)));
  const opening = [
    { type: "text" as const, text: said === "" ? "Describe the target." : `# Task\n${said}\n\nDescribe the target.` },
    ...targets,
  ];
  let complaint: string | null = null;
  for (let n = 0; n < tries; n++) {
    const again = complaint === null ? [] : [{ type: "text" as const, text: complaint }];
    const reply = await ask(
      io,
      model,
      `analyze/${n}`,
      {
        messages: [
          { role: "system", parts: [{ type: "text", text: system }] },
          { role: "user", parts: [...opening, ...again] },
        ],
        tools: [],
        ...(options.temperature === undefined ? {} : { temperature: options.temperature }),
        ...(options.maxTokens === undefined ? {} : { maxTokens: options.maxTokens }),
      },
      0,
    );
    const found = jsonObject(reply.text);
    if (found !== null && Object.keys(found).length > 1) return bounded(JSON.stringify(found, null, 1), mostText);
    const problem = reply.problems.find((each) => !each.repaired)?.message ?? "it held no JSON object";
    complaint = `Your last reply could not be used: ${problem}. Answer with the JSON object alone.`;
  }
  throw new VigaError("model_reply_invalid", `${model.name} did not describe the target as JSON in ${tries} tries`, {
    retry: "elsewhere",
    hint: "leave analyze_target out, or let a stronger vision model play the verifier",
  });
}
