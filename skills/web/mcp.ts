import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { z } from "zod";
import { defaultLimits, type Limits, type RunState } from "../../bridge/engines/contract.ts";
import { stateCheck } from "../../machines/domain/index.ts";
import { answer, refused, strict } from "../answers.ts";
import { executedShape, inFolderOf, noOut, programAnswer, Saver, tooLong } from "../program-answers.ts";
import { type CallExtra, tellProgress } from "../progress.ts";
import type { Skill, SkillOptions } from "../skill.ts";
import { told } from "../tool.ts";
import { tool as pageInfo } from "./tools/get_page_info.ts";
import { pageSummary } from "./tools/page/summary.ts";

const program = z.object({
  code: z.string().min(1).describe("the whole HTML file, its CSS inside"),
  width: z.number().int().min(64).max(4096).default(1280).describe("width that the page is laid out for, pixels"),
});

const executed = z.object({
  ...executedShape,
  log: z.string().describe("what the page's scripts printed"),
  checks: z.array(stateCheck).optional().describe("what is wrong with the page: files that are not there, overflow"),
});

const fileName = z.string().regex(/^[A-Za-z0-9_][\w-]{0,63}\.html$/);

/** A host reads an answer into a model's context, and some refuse what is longer than that can take. */
const limits: Limits = { ...defaultLimits, logKb: 16 };

/** The web skill as an MCP server: pages are drawn and described, one at a time. */
function open({ engine, scratch, out }: SkillOptions): McpServer {
  const server = new McpServer(
    { name: "viga-web", version: "1" },
    { instructions: "Draws HTML pages in a sandbox without network, whole, and describes what stands on them." },
  );
  const scene = `skill-${randomUUID()}`;
  const saver = new Saver();
  let page: string | null = null;
  server.server.onclose = () => void engine.drop(scene).catch(() => {});

  const inFolder = inFolderOf(scratch);

  const draw = (code: string, width: number, dir: string, signal: AbortSignal): Promise<RunState> => {
    const views = [{ name: "page", camera: null, aspect: { width, height: 720 } }];
    const job = { job: randomUUID(), program: code, views, quality: { px: width }, limits, dir, keep: scene };
    return engine.run(job, signal);
  };

  const execute = async ({ code, width }: z.output<typeof program>, { signal }: CallExtra) => {
    const long = tooLong(code, "page");
    if (long !== null) return long;
    return inFolder(async (dir) => {
      const state = await draw(code, width, dir, signal);
      if (state.ok) page = code;
      return programAnswer(dir, state);
    });
  };

  const describe = () =>
    inFolder(async (dir) => {
      if (page === null) return refused("there is no page yet: draw one with execute_code");
      const probe = () => engine.probe({ job: randomUUID(), scene, action: "page_info", args: {}, limits, dir });
      let reply = await probe();
      // An engine that was started again knows nothing of the page.
      if (reply.error?.type === "NoScene" && (await draw(page, 1280, dir, new AbortController().signal)).ok) {
        reply = await probe();
      }
      if (!reply.ok) return refused(JSON.stringify(reply.error, null, 2));
      return answer({ page: reply.result }, false, pageInfo.text?.(reply.result));
    });

  const save = (name: string) =>
    inFolder(async (dir) => {
      if (page === null) return refused("there is no page yet: draw one with execute_code");
      if (out === undefined) return refused(noOut);
      const to = join(out, name);
      await writeFile(join(dir, name), page);
      const not = await saver.copy(join(dir, name), to);
      if (not !== null) return not;
      return answer({ path: to });
    });

  const closed = { openWorldHint: false, destructiveHint: false };
  server.registerTool(
    "execute_code",
    {
      title: "Draw a page",
      description:
        "Draws an HTML page, whole, and answers with its picture, what its scripts printed, what is wrong with it and, if it failed, the error. There is no network.",
      inputSchema: strict(program),
      outputSchema: executed,
      annotations: { title: "Draw a page", ...closed, readOnlyHint: false },
    },
    async (given: Record<string, unknown>, extra: CallExtra) => {
      const settled = tellProgress(extra, "execute_code is at work or waits for its turn");
      try {
        return await execute(program.parse(given), extra);
      } finally {
        settled();
      }
    },
  );
  const { description, args } = told(pageInfo, { client: "mcp", style: "native", language: "html" });
  server.registerTool(
    pageInfo.name,
    {
      title: pageInfo.title,
      description,
      inputSchema: strict(args),
      outputSchema: z.object({ page: pageSummary }),
      annotations: { title: pageInfo.title, ...closed, readOnlyHint: true },
    },
    describe,
  );
  server.registerTool(
    "save_page",
    {
      title: "Save the page",
      description: "Writes the last page that was drawn to the folder that the user named with --out.",
      inputSchema: strict(z.object({ name: fileName.describe("such as index.html") })),
      outputSchema: z.object({ path: z.string() }),
      annotations: { title: "Save the page", ...closed, readOnlyHint: false },
    },
    async (given: Record<string, unknown>) => save(String(given.name)),
  );
  // The SDK says of every server that its tools may change.
  server.server.registerCapabilities({ tools: { listChanged: false } });
  return server;
}

export const skill: Skill = { engine: "web", open };
