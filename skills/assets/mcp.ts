import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import { keepAsset } from "../../bridge/assets/keep.ts";
import { obtainAsset, type Source } from "../../bridge/assets/obtain.ts";
import { assetCache } from "../../bridge/assets/records.ts";
import { type Inspect, inspection } from "../../bridge/assets/search.ts";
import { defaultLimits } from "../../bridge/engines/contract.ts";
import { toVigaError, VigaError } from "../../config/errors.ts";
import { fitted } from "../pictures.ts";
import { type CallExtra, tellProgress } from "../progress.ts";
import type { Skill, SkillOptions } from "../skill.ts";
import { told } from "../tool.ts";
import { tool } from "./tools/get_better_assets.ts";

/** Bytes of the sheet in an answer, before base64. */
const mostBytes = 2 * 1024 * 1024;

const asked = z.object({
  object_name: z.string(),
  object_description: z.string().optional(),
  reference_type: z.enum(["text", "image"]),
  rig_and_animate: z.boolean(),
  action_description: z.string().optional(),
  make: z.boolean(),
});

const refused = (text: string): CallToolResult => ({ isError: true, content: [{ type: "text", text }] });

/** The asset skill as an MCP server: libraries are searched, and what fits is imported in the sandbox first. */
function open({ engine, scratch, out, assets = [], services = [] }: SkillOptions): McpServer {
  const cache = assetCache();
  /** Where made models are put, under names that tell what they are. */
  const kept = out ?? join(cache, "models");
  const server = new McpServer(
    { name: "viga-assets", version: "1" },
    {
      instructions:
        "Finds models of things in libraries of 3D files. Each answer was imported in a sandbox first, and comes with the code that places it.",
    },
  );

  /** Has the engine import files, in a folder that goes when the call is answered. */
  const inspecting =
    (dir: string): Inspect =>
    async (files) => {
      const request = { job: "inspect", name: "inspect_assets", args: { files: [...files] }, limits: defaultLimits };
      const reply = await engine.call({ ...request, dir, assets: [...assets, kept] });
      if (!reply.ok) throw new VigaError("engine_failed", reply.error?.message ?? "the engine gave no reason");
      return { answer: inspection.parse(reply.result), picture: (name) => readFile(join(dir, name)) };
    };

  async function find(given: Record<string, unknown>, signal: AbortSignal): Promise<CallToolResult> {
    if (assets.length === 0 && services.length === 0) {
      return refused("no library was named: start the server with --assets FOLDER");
    }
    const dir = await mkdtemp(join(scratch, "assets-"));
    try {
      await mkdir(kept, { recursive: true });
      const source: Source = {
        roots: assets,
        services,
        cache,
        inspect: inspecting(dir),
        env: process.env,
        signal,
        progress: () => undefined,
        once: (make) => make(),
        keep: ({ path }, name) => keepAsset(path, name, kept),
      };
      const { sheet, made: _, cutOut: __, ...found } = await obtainAsset(asked.parse(given), source);
      return {
        structuredContent: { ...found },
        content: [
          { type: "text", text: tool.text!(found) },
          ...(sheet === null ? [] : [(await fitted(sheet, mostBytes)).content]),
        ],
      };
    } catch (error) {
      return refused(toVigaError(error).message);
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  }

  const { description, args } = told(tool, { client: "mcp", style: "native", language: "python" });
  const shown = {
    title: tool.title,
    description,
    inputSchema: z.strictObject(args.shape),
    outputSchema: tool.result!,
    annotations: { title: tool.title, readOnlyHint: services.length === 0, openWorldHint: services.length > 0 },
  };
  server.registerTool(tool.name, shown, async (given: Record<string, unknown>, extra: CallExtra) => {
    const settled = tellProgress(extra, `${tool.name} is at work or waits for its turn`);
    try {
      return await find(given, extra.signal);
    } finally {
      settled();
    }
  });
  // The SDK says of every server that its tools may change.
  server.server.registerCapabilities({ tools: { listChanged: false } });
  return server;
}

export const skill: Skill = { engine: "blender", baseEnding: ".blend", open };
