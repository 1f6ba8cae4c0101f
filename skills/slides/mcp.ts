import { randomUUID } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
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
import { deckSummary } from "./tools/deck/summary.ts";
import { tool as slideInfo } from "./tools/get_slide_info.ts";

const program = z.object({
  code: z
    .string()
    .min(1)
    .describe('the whole JavaScript program; it ends with await pptx.writeFile({ fileName: "output.pptx" })'),
  width: z.number().int().min(64).max(4096).default(1280).describe("width of each slide's picture, pixels"),
});

const executed = z.object({
  ...executedShape,
  log: z.string().describe("what the program printed"),
  checks: z.array(stateCheck).optional().describe("what is wrong with the slides: overflow, overlap, contrast"),
});

const fileName = z.string().regex(/^[A-Za-z0-9_][\w-]{0,63}\.pptx$/);
/** Name of the deck in a job's folder. */
const saved = "output.pptx";

/** A host reads an answer into a model's context, and some refuse what is longer than that can take. */
const limits: Limits = { ...defaultLimits, logKb: 16 };

/** The slides skill as an MCP server: decks are drawn and described, one at a time. */
function open({ engine, scratch, out }: SkillOptions): McpServer {
  const server = new McpServer(
    { name: "viga-slides", version: "1" },
    { instructions: "Runs PptxGenJS programs in a sandbox without network, draws their slides and describes them." },
  );
  const scene = `skill-${randomUUID()}`;
  const saver = new Saver();
  let deck: { bytes: Buffer; code: string } | null = null;
  server.server.onclose = () => void engine.drop(scene).catch(() => {});

  const inFolder = inFolderOf(scratch);

  const draw = (code: string, width: number, dir: string, signal: AbortSignal): Promise<RunState> => {
    const views = [{ name: "slide", camera: null }];
    const job = {
      job: randomUUID(),
      program: code,
      views,
      quality: { px: width },
      limits,
      dir,
      save: saved,
      keep: scene,
    };
    return engine.run(job, signal);
  };

  const execute = async ({ code, width }: z.output<typeof program>, { signal }: CallExtra) => {
    const long = tooLong(code, "program");
    if (long !== null) return long;
    return inFolder(async (dir) => {
      const state = await draw(code, width, dir, signal);
      if (state.ok) deck = { bytes: await readFile(join(dir, saved)), code };
      return programAnswer(dir, state);
    });
  };

  const describe = () =>
    inFolder(async (dir) => {
      if (deck === null) return refused("there is no deck yet: make one with execute_code");
      const probe = () => engine.probe({ job: randomUUID(), scene, action: "slide_info", args: {}, limits, dir });
      let reply = await probe();
      // An engine that was started again knows nothing of the deck.
      if (reply.error?.type === "NoScene" && (await draw(deck.code, 1280, dir, new AbortController().signal)).ok) {
        reply = await probe();
      }
      if (!reply.ok) return refused(JSON.stringify(reply.error, null, 2));
      return answer({ deck: reply.result }, false, slideInfo.text?.(reply.result));
    });

  const save = (name: string) =>
    inFolder(async (dir) => {
      if (deck === null) return refused("there is no deck yet: make one with execute_code");
      if (out === undefined) return refused(noOut);
      const to = join(out, name);
      await writeFile(join(dir, name), deck.bytes);
      const not = await saver.copy(join(dir, name), to);
      if (not !== null) return not;
      return answer({ path: to });
    });

  const closed = { openWorldHint: false, destructiveHint: false };
  server.registerTool(
    "execute_code",
    {
      title: "Make slides",
      description:
        "Runs a JavaScript program for PptxGenJS that writes output.pptx, and answers with a picture of each slide, what the program printed, what is wrong with the slides and, if it failed, the error. There is no network.",
      inputSchema: strict(program),
      outputSchema: executed,
      annotations: { title: "Make slides", ...closed, readOnlyHint: false },
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
  const { description, args } = told(slideInfo, { client: "mcp", style: "native", language: "javascript" });
  server.registerTool(
    slideInfo.name,
    {
      title: slideInfo.title,
      description,
      inputSchema: strict(args),
      outputSchema: z.object({ deck: deckSummary }),
      annotations: { title: slideInfo.title, ...closed, readOnlyHint: true },
    },
    describe,
  );
  server.registerTool(
    "save_deck",
    {
      title: "Save the deck",
      description: "Writes the last deck that was made to the folder that the user named with --out.",
      inputSchema: strict(z.object({ name: fileName.describe("such as output.pptx") })),
      outputSchema: z.object({ path: z.string() }),
      annotations: { title: "Save the deck", ...closed, readOnlyHint: false },
    },
    async (given: Record<string, unknown>) => save(String(given.name)),
  );
  // The SDK says of every server that its tools may change.
  server.server.registerCapabilities({ tools: { listChanged: false } });
  return server;
}

export const skill: Skill = { engine: "slides", open };
