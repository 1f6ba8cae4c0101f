import { addAbortListener } from "node:events";
import { z } from "zod";
import type { ForeignServer } from "../../bridge/mcp/server.ts";
import type { ToolSpec } from "../../bridge/models/contract.ts";
import { serverReference, skillsSchema } from "../../config/skills.ts";
import type { ForeignTool, RunSpec } from "../../machines/domain/index.ts";
import { bounded, type OfferedTool, type ToolOutcome, type ToolTurn } from "./model/tools/tool.ts";

/** What a role is offered: names of tools in the order written, and those among them that users' own servers have. */
export interface RoleSkills {
  names: string[];
  tools: OfferedTool[];
}

/** A recorded answer: plain JSON, pictures as artifacts. */
interface Recorded {
  ok: boolean;
  text: string;
  images: { ref: string; media: string }[];
  seconds: number;
}

/** Arguments go to the server as they are, which checks them by its own schema. */
const anyArguments = z.record(z.string(), z.unknown());

/**
 * The tools that a role's `skills` name, with `server/tool` and `server/*` taken apart by what the servers listed before
 * the run began. A server is started at its first call and ended with the signal.
 */
export function roleSkills(written: readonly string[], spec: RunSpec, signal: AbortSignal): RoleSkills {
  const settings = skillsSchema.parse(spec.config.skills ?? {});
  const servers = new Map<string, Promise<ForeignServer>>();
  const open = async (name: string): Promise<ForeignServer> => {
    const { ForeignServer } = await import("../../bridge/mcp/server.ts");
    const server = new ForeignServer(name, settings[name]!);
    addAbortListener(signal, () => void server.close());
    return server;
  };
  const serverOf = (name: string): Promise<ForeignServer> => {
    const known = servers.get(name) ?? open(name);
    servers.set(name, known);
    return known;
  };
  const tools: OfferedTool[] = [];
  const names = written.flatMap((name) => {
    const reference = serverReference(name);
    if (reference === null) return [name];
    const listed = spec.skills?.[reference.server] ?? [];
    const meant = listed.filter((tool) => reference.tool === "*" || tool.name === reference.tool);
    tools.push(...meant.map((tool) => foreignTool(tool, () => serverOf(reference.server))));
    return meant.map((tool) => tool.offered);
  });
  return { names, tools };
}

/** A server's tool as a model is offered it. Its result is paid for once: after a crash the recorded one is used. */
function foreignTool(tool: ForeignTool, server: () => Promise<ForeignServer>): OfferedTool {
  const spec: ToolSpec = {
    name: tool.offered,
    description: tool.description,
    parameters: tool.parameters,
    schema: anyArguments,
  };
  return {
    name: tool.offered,
    kind: "service",
    spec: () => spec,
    async run(args, turn): Promise<ToolOutcome<never>> {
      const { io } = turn;
      let called = false;
      const answer = await io.once(`skill/${turn.call}`, async () => {
        called = true;
        return callOf(tool, await server(), args, turn);
      });
      io.note("skill.call", {
        t: turn.t,
        tool: tool.offered,
        ok: answer.ok,
        characters: answer.text.length,
        images: answer.images.map(({ ref }) => ref),
        seconds: answer.seconds,
        recorded: !called,
      });
      if (!answer.ok) return { kind: "refused", text: answer.text };
      const images = await Promise.all(
        answer.images.map(async ({ ref, media }, index) => ({
          type: "image" as const,
          bytes: await io.bytes(ref),
          media,
          label: `${tool.offered} ${index + 1}`,
        })),
      );
      return { kind: "answer", text: answer.text, ...(images.length === 0 ? {} : { images }) };
    },
  };
}

async function callOf(
  tool: ForeignTool,
  server: ForeignServer,
  args: Record<string, unknown>,
  { io }: ToolTurn,
): Promise<Recorded> {
  const began = Date.now();
  const { ok, text, images } = await server.call(tool.name, args, io.signal);
  return {
    ok,
    text: bounded(text),
    images: await Promise.all(images.map(async ({ bytes, media }) => ({ ref: await io.put(bytes), media }))),
    seconds: (Date.now() - began) / 1000,
  };
}
