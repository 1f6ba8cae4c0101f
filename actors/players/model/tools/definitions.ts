import { type ToolSpec, toolSpec } from "../../../../bridge/models/contract.ts";
import { modeOf } from "../../../../config/modes/index.ts";
import type { ToolStyle } from "../../../../config/profile.ts";
import { type Audience, allTools, isFor, type Tool, type ToolRole, told } from "../../../../skills/tool.ts";
import type { SceneRef } from "../../player.ts";
import { engineTool, type OfferedTool, type ToolOutcome, type ToolTurn } from "./tool.ts";

/** What of an audience a role knows of itself. */
type Told = Partial<Pick<Audience, "language" | "plan">>;

/** Which plan a mode's generator is asked for. */
export const planOf = (mode: string): Told => ({ plan: modeOf(mode).plan ?? "scene" });

/** Every tool of every skill, read once. */
const all = await allTools();

/** A protocol tool's definition. Throws for a name without one: an implementation without a definition is a mistake here. */
function definitionOf(name: string, role: ToolRole): Tool {
  const found = all.find((tool) => tool.name === name && tool.roles.includes(role));
  if (found === undefined) throw new Error(`no skill defines the ${role}'s ${name}`);
  return found;
}

/** A definition as a model is told of it. `accepts` reads its arguments more tolerantly than it is told to write them. */
function specOf(tool: Tool, style: ToolStyle, to: Told = {}, accepts?: ToolSpec["schema"]): ToolSpec {
  const { description, args } = told(tool, { language: "python", ...to, client: "player", style });
  return {
    ...toolSpec(tool.name, description, args),
    ...(accepts === undefined ? {} : { schema: accepts }),
    ...(tool.aliases === undefined ? {} : { aliases: tool.aliases }),
  };
}

/** A tool that the role does itself: its definition with what is done. */
export function protocolTool<R>(
  name: string,
  role: ToolRole,
  run: (args: Record<string, unknown>, turn: ToolTurn) => Promise<ToolOutcome<R>>,
  { accepts, ...to }: Told & { accepts?: ToolSpec["schema"] } = {},
): OfferedTool<R> {
  const tool = definitionOf(name, role);
  return {
    name,
    kind: "protocol",
    spec: (style) => specOf(tool, style, to, accepts),
    run,
  };
}

/** A tool that needs the network, keys or files of the host: its definition with what is done. */
export function serviceTool(name: string, role: ToolRole, run: OfferedTool["run"]): OfferedTool {
  const tool = definitionOf(name, role);
  return { name, kind: "service", spec: (style) => specOf(tool, style), run };
}

/** A definition's own way to tell its answer. */
export const answerText = (name: string, role: ToolRole, result: unknown): string =>
  definitionOf(name, role).text?.(result) ?? JSON.stringify(result);

/**
 * The tools of a role that are probes of the live scene: a definition that names its action needs nothing more here.
 * `scene` says whose scene; without it, or where it gives null, the host knows.
 */
export function engineTools(role: ToolRole, engine: string, scene?: () => SceneRef | null): OfferedTool[] {
  return all.flatMap((tool) => {
    const { name, action, operation, text, keeps } = tool;
    if (!isFor(tool, role, engine)) return [];
    const work = action !== undefined ? { action } : operation !== undefined ? { operation } : null;
    return work === null ? [] : [engineTool((style) => specOf(tool, style), name, work, { scene, text, keeps })];
  });
}
