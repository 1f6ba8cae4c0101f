import { readdir } from "node:fs/promises";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import type { ToolAnnotations } from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import { pictureSize, stateCheck } from "../../machines/domain/index.ts";
import { answer, refused, strict } from "../answers.ts";
import { answeredPictures } from "../pictures.ts";
import { executedShape, inFolderOf, programAnswer, tooLong } from "../program-answers.ts";
import { type CallExtra, tellProgress } from "../progress.ts";
import type { Skill, SkillOptions } from "../skill.ts";
import { type Tool, told } from "../tool.ts";
import { LiveScene, sceneOwners } from "./live-scene.ts";
import { registerSessionTools } from "./session-tools.ts";
import { tools } from "./tools/index.ts";

/** What execute_code makes of its arguments, which the server has checked against its definition. */
const picture = z.object({
  code: z.string(),
  px: z.number(),
  samples: z.number(),
  camera: z.string().optional(),
  aspect: pictureSize.optional(),
  append: z.boolean(),
});

const of = z.enum(sceneOwners).describe("whose scene get_scene_info describes");

/** What execute_code answers beside its pictures. */
const executed = z.object({
  ...executedShape,
  log: z.string().describe("the end of what the program printed"),
  checks: z.array(stateCheck).optional().describe("what is wrong with the scene, or may be with the program's text"),
  of,
});

/** What a tool answers: a program's pictures, what a probe saw of the scene, or what an operation says. */
function outputOf({ action, operation, result }: Tool): z.ZodType {
  if (operation !== undefined) return result ?? z.looseObject({});
  return action === undefined ? executed : z.object({ of, result: result ?? z.unknown() });
}

/** A program runs in a sandbox on a copy of the scene, which undo brings back; a probe changes nothing at all. */
function annotationsOf({ title, action, operation }: Tool): ToolAnnotations {
  const closed = { title, openWorldHint: false };
  if (action !== undefined || operation !== undefined) return { ...closed, readOnlyHint: true };
  return { ...closed, readOnlyHint: false, destructiveHint: false };
}

/** The Blender skill as an MCP server: every tool of its folder, on one scene. */
function open({ engine, base, scratch, out }: SkillOptions): McpServer {
  const server = new McpServer(
    { name: "viga-blender", version: "1" },
    {
      instructions:
        "Runs Blender Python in a sandbox without network. execute_code starts from the pristine base scene and wants the whole program; with append: true it goes on from the scene as it is.",
    },
  );
  const scene = new LiveScene(engine, base);
  /** What the tools' answers hand to the next calls, until a program changes the scene. */
  const kept = new Map<string, unknown>();
  server.server.onclose = () => void scene.close().catch(() => {});

  const inFolder = inFolderOf(scratch);

  const execute = async ({ code, px, samples, camera, aspect, append }: z.output<typeof picture>, extra: CallExtra) => {
    const long = tooLong(code, "program");
    if (long !== null) return long;
    return inFolder(async (dir) => {
      const views = [{ camera: camera ?? null, name: "render", ...(aspect === undefined ? {} : { aspect }) }];
      const state = await scene.run(code, { views, quality: { px, samples }, dir }, extra.signal, append);
      if (state.ok) kept.clear();
      return programAnswer(dir, state, { of: scene.owner });
    });
  };

  const ask = (name: string, args: Record<string, unknown>, { text }: Tool) =>
    inFolder(async (dir) => {
      const reply = await scene.call(name, args, dir);
      if (!reply.ok) return refused(JSON.stringify(reply.error, null, 2));
      return answer(reply.result as Record<string, unknown>, false, text?.(reply.result));
    });

  const probe = (action: string, given: Record<string, unknown>, { text, keeps }: Tool) =>
    inFolder(async (dir) => {
      const args = keeps !== undefined && kept.has(keeps) ? { ...given, [keeps]: kept.get(keeps) } : given;
      const reply = await scene.probe(action, args, dir);
      if (!reply.ok) return refused(JSON.stringify(reply.error, null, 2));
      if (keeps !== undefined) kept.set(keeps, (reply.result as Record<string, unknown>)[keeps]);
      const names = (await readdir(dir)).filter((name) => name.endsWith(".png")).sort();
      const said = text && `Of ${scene.owner}. ${text(reply.result)}`;
      const { content, ...rest } = answer({ of: scene.owner, result: reply.result }, false, said);
      const pictures = await answeredPictures(dir, names);
      return { ...rest, content: [...content, ...pictures.map((each) => each.content)] };
    });

  for (const tool of tools) {
    const { description, args } = told(tool, { client: "mcp", style: "native", language: "python" });
    const { name, title, action, operation } = tool;
    const shown = {
      title,
      description,
      inputSchema: strict(args),
      outputSchema: outputOf(tool),
      annotations: annotationsOf(tool),
    };
    server.registerTool(name, shown, async (given: Record<string, unknown>, extra: CallExtra) => {
      const settled = tellProgress(extra, `${name} is at work or waits for its turn`);
      try {
        if (operation !== undefined) return await ask(operation, given, tool);
        return await (action === undefined ? execute(picture.parse(given), extra) : probe(action, given, tool));
      } finally {
        settled();
      }
    });
  }
  const changed = () => kept.clear();
  registerSessionTools(server, {
    ...{ scene, changed, inFolder, answer, refused, strict },
    ...(out === undefined ? {} : { out }),
  });
  // The SDK says of every server that its tools may change.
  server.server.registerCapabilities({ tools: { listChanged: false } });
  return server;
}

export const skill: Skill = { engine: "blender", baseEnding: ".blend", open };
