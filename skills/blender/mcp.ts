import { mkdtemp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import { defaultLimits, type Engine } from "../../bridge/engines/contract.ts";
import { pictureSize, type View } from "../../machines/domain/index.ts";

export interface BlenderSkillOptions {
  engine: Engine;
  /** Absolute path of the .blend that programs run on; absent: an empty scene. */
  base?: string;
  /** Folder for job folders. */
  scratch: string;
}

const scene = "skill";

/** The Blender skill as an MCP server: execute_code and get_scene_info on one scene (paper, Table 1). */
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

  const execute = (code: string, view: Omit<View, "name">, px: number, samples: number) =>
    inFolder(async (dir, job) => {
      const state = await options.engine.run({
        job,
        program: code,
        ...(options.base === undefined ? {} : { base: options.base }),
        views: [{ ...view, name: "render" }],
        quality: { px, samples },
        limits: defaultLimits,
        dir,
        keep: scene,
      });
      live ||= state.ok;
      const { renders, ...told } = state;
      const images = await Promise.all(
        renders.map(async ({ name }) => ({
          type: "image" as const,
          data: (await readFile(join(dir, `${name}.png`))).toString("base64"),
          mimeType: "image/png",
        })),
      );
      return { isError: !state.ok, content: [{ type: "text", text: JSON.stringify(told, null, 2) }, ...images] };
    });

  server.registerTool(
    "execute_code",
    {
      title: "Execute a Blender program",
      description:
        "Run a whole Blender Python program on the pristine base scene and render it. Answers with the picture, the program's output and, if it failed, the error with its line and a hint.",
      inputSchema: {
        code: z.string().min(1).describe("the whole program"),
        thought: z.string().optional().describe("why this program"),
        code_diff: z.string().optional().describe("what changed against the last one"),
        px: z.number().int().min(16).max(2048).default(512).describe("longest side of the picture, pixels"),
        samples: z.number().int().min(1).max(1024).default(16).describe("path-tracing samples per pixel"),
        camera: z.string().optional().describe("camera by name; default: the active one"),
        aspect: pictureSize
          .optional()
          .describe("shape of the picture, such as the target's size; default: the scene's"),
      },
    },
    ({ code, px, samples, camera, aspect }) =>
      execute(code, { camera: camera ?? null, ...(aspect === undefined ? {} : { aspect }) }, px, samples),
  );

  server.registerTool(
    "get_scene_info",
    {
      title: "Describe the scene",
      description:
        "Objects with position, rotation, scale, size and materials, lights, cameras and world of the scene as the last program left it (before any: the base scene).",
      inputSchema: {},
    },
    () =>
      inFolder(async (dir, job) => {
        if (!live) {
          const opened = await options.engine.run({
            job: `${job}-open`,
            program: "",
            ...(options.base === undefined ? {} : { base: options.base }),
            views: [],
            quality: { px: 16, samples: 1 },
            limits: defaultLimits,
            dir,
            keep: scene,
          });
          live = opened.ok;
        }
        const reply = await options.engine.probe({
          job,
          scene,
          action: "scene_info",
          args: {},
          limits: defaultLimits,
          dir,
        });
        const text = JSON.stringify(reply.ok ? reply.result : reply.error, null, 2);
        return { isError: !reply.ok, content: [{ type: "text", text }] };
      }),
  );
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
