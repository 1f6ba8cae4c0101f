import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import { defaultLimits, type Engine } from "../../bridge/engines/contract.ts";
import { pictureSize } from "../../machines/domain/index.ts";
import { told } from "../tool.ts";
import { tools } from "./tools/index.ts";

export interface BlenderSkillOptions {
  engine: Engine;
  /** Absolute path of the .blend that programs run on; absent: an empty scene. */
  base?: string;
  /** Folder for job folders. */
  scratch: string;
}

const scene = "skill";

/** What execute_code makes of its arguments, which the server has checked against its definition. */
const picture = z.object({
  code: z.string(),
  px: z.number(),
  samples: z.number(),
  camera: z.string().optional(),
  aspect: pictureSize.optional(),
});

async function imagesOf(dir: string, names: readonly string[]) {
  return Promise.all(
    names.map(async (name) => ({
      type: "image" as const,
      data: (await readFile(join(dir, name))).toString("base64"),
      mimeType: "image/png",
    })),
  );
}

/** The Blender skill as an MCP server: every tool of its folder, on one scene. */
export function blenderSkill(options: BlenderSkillOptions): McpServer {
  const server = new McpServer(
    { name: "viga-blender", version: "1" },
    {
      instructions:
        "Runs Blender Python in a sandbox without network. Every execute_code starts from the pristine base scene: send the whole program each time.",
    },
  );
  let jobs = 0;
  let live = false;

  const inFolder = async (work: (dir: string, job: string) => Promise<CallToolResult>): Promise<CallToolResult> => {
    jobs += 1;
    const dir = await mkdtemp(join(options.scratch, "skill-"));
    try {
      return await work(dir, `skill-${jobs}`);
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  };

  const execute = ({ code, px, samples, camera, aspect }: z.output<typeof picture>) =>
    inFolder(async (dir, job) => {
      const state = await options.engine.run({
        job,
        program: code,
        ...(options.base === undefined ? {} : { base: options.base }),
        views: [{ camera: camera ?? null, name: "render", ...(aspect === undefined ? {} : { aspect }) }],
        quality: { px, samples },
        limits: defaultLimits,
        dir,
        keep: scene,
      });
      live ||= state.ok;
      const { renders, ...told } = state;
      const images = await imagesOf(
        dir,
        renders.map(({ name }) => `${name}.png`),
      );
      return { isError: !state.ok, content: [{ type: "text", text: JSON.stringify(told, null, 2) }, ...images] };
    });

  /** Before any program has run there is no scene yet: the base is opened as it is. */
  const openBase = async (dir: string, job: string) => {
    if (live) return;
    const opened = await options.engine.run({
      job,
      program: "",
      ...(options.base === undefined ? {} : { base: options.base }),
      views: [],
      quality: { px: 16, samples: 1 },
      limits: defaultLimits,
      dir,
      keep: scene,
    });
    live = opened.ok;
  };

  const probe = (action: string, args: Record<string, unknown>) =>
    inFolder(async (dir, job) => {
      await openBase(dir, `${job}-open`);
      const reply = await options.engine.probe({ job, scene, action, args, limits: defaultLimits, dir });
      const text = JSON.stringify(reply.ok ? reply.result : reply.error, null, 2);
      const pictures = (await readdir(dir)).filter((name) => name.endsWith(".png")).sort();
      return { isError: !reply.ok, content: [{ type: "text", text }, ...(await imagesOf(dir, pictures))] };
    });

  for (const tool of tools) {
    const { description, args } = told(tool, { client: "mcp", style: "native", language: "python" });
    const { name, title, action } = tool;
    server.registerTool(name, { title, description, inputSchema: args.shape }, (given: Record<string, unknown>) =>
      action === undefined ? execute(picture.parse(given)) : probe(action, given),
    );
  }
  return server;
}

/** Serves the skill on stdio until the client goes away or the signal aborts. */
export async function serveOnStdio(server: McpServer, signal: AbortSignal): Promise<void> {
  const transport = new StdioServerTransport();
  const closed = new Promise<void>((resolve) => {
    transport.onclose = resolve;
    process.stdin.once("end", resolve);
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
  await server.connect(transport);
  await closed;
  await server.close();
}
