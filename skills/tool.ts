import { readdir } from "node:fs/promises";
import { extname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { z } from "zod";

export const toolRoles = ["generator", "verifier"] as const;
export type ToolRole = (typeof toolRoles)[number];

/** Whom a tool is described to, for the few whose words depend on it. */
export interface Audience {
  /** A model that plays a role of a run, or any MCP client outside one. */
  client: "player" | "mcp";
  /** How that model calls tools; weaker ones are asked for less. */
  style: "native" | "inline" | "json";
  /** What programs are written in. */
  language: "python" | "html" | "javascript";
  /** What a plan is of: a scene (default), something laid out on a surface, or edits to a program. */
  plan?: "scene" | "slides" | "edit";
}

/**
 * A tool as data: what it is called, what its callers are told and what they hand in. Each has one definition, in a file
 * of its own in a skill's `tools` folder, for the skill's MCP server and for the models that play roles alike.
 */
export interface Tool {
  name: string;
  /** A few words for lists of tools. */
  title: string;
  /**
   * `protocol`: handled in the role. `engine`: a job on the slot that holds the run's scene. `service`: a worker that may
   * have network and keys.
   */
  kind: "protocol" | "engine" | "service";
  /** Roles that may be offered it. */
  roles: readonly ToolRole[];
  /** Engines it works on; absent: all. */
  engines?: readonly string[];
  description: string | ((to: Audience) => string);
  /** Arguments as a caller is shown them. */
  args: z.ZodObject | ((to: Audience) => z.ZodObject);
  /** What it answers, as MCP clients are told; absent: anything. */
  result?: z.ZodType;
  /** Its answer as text for models and clients that read no structured content; absent: as JSON. */
  text?: (result: unknown) => string;
  /** Probe action of the engine's worker that does the work (`probe_*.py`). */
  action?: string;
  /** Operation of the engine's worker that does the work (`op_*.py`), where no scene is looked at. */
  operation?: string;
  /**
   * Key of the answer that is handed back with the next call, of this tool or another that names it: what the caller looks
   * from, since the engine keeps nothing of a probe.
   */
  keeps?: string;
  /** Other names that models call it by; they have seen those in older prompts. */
  aliases?: readonly string[];
}

/** Ending of viga's own files: .ts in a clone, .js in a package. */
const ending = extname(import.meta.filename);

/** The tools of one folder: what every file beside its index exports as `tool`, in the order of the files' names. */
export async function toolsIn(folder: string): Promise<Tool[]> {
  const files = (await readdir(folder)).filter((name) => extname(name) === ending && name !== `index${ending}`).sort();
  return Promise.all(
    files.map(async (file) => {
      const found = (await import(pathToFileURL(join(folder, file)).href)) as { tool?: Tool };
      if (found.tool === undefined) throw new Error(`${join(folder, file)} exports no tool`);
      return found.tool;
    }),
  );
}

/** The tools of every skill, so that a new one is found without being named anywhere. */
export async function allTools(): Promise<Tool[]> {
  const entries = await readdir(import.meta.dirname, { withFileTypes: true, recursive: true });
  const folders = entries.filter((entry) => entry.isDirectory() && entry.name === "tools");
  const each = await Promise.all(
    folders
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map(toolsIn),
  );
  return each.flat();
}

/** Whether a role may be offered a tool in a run on an engine. */
export function isFor(tool: Tool, role: ToolRole, engine: string): boolean {
  return tool.roles.includes(role) && (tool.engines === undefined || tool.engines.includes(engine));
}

/** Description and arguments as this audience gets them. */
export function told(tool: Tool, to: Audience): { description: string; args: z.ZodObject } {
  return {
    description: typeof tool.description === "string" ? tool.description : tool.description(to),
    args: typeof tool.args === "function" ? tool.args(to) : tool.args,
  };
}
