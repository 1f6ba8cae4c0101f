import type { ListedTool } from "../../bridge/mcp/server.ts";
import { toVigaError, VigaError } from "../../config/errors.ts";
import { roleNames } from "../../config/players.ts";
import type { ResolvedConfig } from "../../config/resolved.ts";
import { serverReference } from "../../config/skills.ts";
import { suggest } from "../../config/suggest.ts";
import type { ForeignTool } from "../../machines/domain/index.ts";
import { allTools } from "../../skills/tool.ts";

/** Bytes of all descriptions and schemas together: they travel with the run's spec, and every call of a model pays them. */
const mostBytes = 256 * 1024;
/** Characters of one tool's description. */
const mostDescription = 4000;

/** Which tools of which servers the roles of models ask for, and who asks. */
export function serverUses(config: ResolvedConfig): { server: string; tool: string; where: string }[] {
  return (["roles", "shadow"] as const).flatMap((section) =>
    roleNames.flatMap((role) => {
      const played = config[section][role];
      if (played?.spec.kind !== "model") return [];
      return (played.skills ?? []).flatMap((written) => {
        const reference = serverReference(written);
        return reference === null ? [] : [{ ...reference, where: `${section}.${role}` }];
      });
    }),
  );
}

/**
 * Starts every server that a role asks tools of, lists its tools and ends it again. A server that starts but lists
 * nothing is told to the log, and the run goes on without it.
 * Throws `dependency_missing` for one that cannot be started, `config_invalid` for a tool that a server does not have.
 */
export async function listForeignTools(
  config: ResolvedConfig,
  log: (line: string) => void,
): Promise<Record<string, ForeignTool[]>> {
  const uses = serverUses(config);
  const names = [...new Set(uses.map(({ server }) => server))];
  const listed = await Promise.all(
    names.map(async (name) => [name, await toolsOf(name, config.skills[name]!, log)] as const),
  );
  const taken = new Set((await allTools()).map(({ name }) => name));
  const found: Record<string, ForeignTool[]> = {};
  for (const [server, tools] of listed) {
    const asked = uses.filter((use) => use.server === server);
    for (const { tool, where } of asked) refuseUnknown(server, tool, where, tools);
    const wanted = tools.filter(({ name }) => asked.some(({ tool }) => tool === "*" || tool === name));
    found[server] = wanted.map((tool) => ({
      ...tool,
      description: tool.description.slice(0, mostDescription),
      offered: offeredName(server, tool.name, taken),
    }));
  }
  const bytes = Buffer.byteLength(JSON.stringify(found));
  if (bytes > mostBytes) {
    throw new VigaError("config_invalid", `skills: ${bytes} bytes of tool descriptions, at most ${mostBytes} fit`, {
      hint: "name the tools that the role needs, as server/tool, instead of server/*",
    });
  }
  return found;
}

async function toolsOf(
  name: string,
  settings: ResolvedConfig["skills"][string],
  log: (line: string) => void,
): Promise<ListedTool[]> {
  // Few runs have such servers: the client's package is loaded for those alone.
  const { ForeignServer } = await import("../../bridge/mcp/server.ts");
  const server = new ForeignServer(name, settings);
  try {
    await server.start();
    const tools = await server.list().catch((error: unknown) => {
      log(toVigaError(error).message);
      return [];
    });
    if (tools.length === 0) log(`skills.${name} lists no tools; the run goes on without it`);
    return tools;
  } finally {
    await server.close();
  }
}

function refuseUnknown(server: string, tool: string, where: string, tools: readonly ListedTool[]): void {
  if (tool === "*" || tools.length === 0 || tools.some(({ name }) => name === tool)) return;
  const names = tools.map(({ name }) => name);
  throw new VigaError("config_invalid", `${where}.skills: ${server} has no tool "${tool}"${suggest(tool, names)}`, {
    hint: `it has ${names.join(", ")}`,
  });
}

/** A name that every provider takes and that no other tool of the run has. */
function offeredName(server: string, tool: string, taken: Set<string>): string {
  const plain = `${server}_${tool}`.toLowerCase().replaceAll(/[^a-z0-9_-]+/g, "_");
  for (let n = 1; ; n++) {
    const ending = n === 1 ? "" : `_${n}`;
    const name = `${plain.slice(0, 64 - ending.length)}${ending}`;
    if (taken.has(name)) continue;
    taken.add(name);
    return name;
  }
}
