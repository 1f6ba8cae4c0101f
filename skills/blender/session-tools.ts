import { readdir } from "node:fs/promises";
import { extname, join, parse } from "node:path";
import type { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import type { CallToolResult, ToolAnnotations } from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import { type InFolder, noOut, Saver } from "../program-answers.ts";
import { type LiveScene, mostSnapshots, mostSteps, sceneOwners } from "./live-scene.ts";

/** What the tools of one client's session work with. */
export interface Session {
  scene: LiveScene;
  /** Folder that the user named for what is taken home; absent: nothing may be written. */
  out?: string;
  /** Another scene is there from now on. */
  changed(): void;
  inFolder: InFolder;
  answer(structured: Record<string, unknown>): CallToolResult;
  refused(text: string): CallToolResult;
  strict(args: z.ZodObject): z.ZodObject;
}

const of = z.enum(sceneOwners).describe("whose scene it is now");
const named = z
  .string()
  .regex(/^[\w-]{1,64}$/)
  .describe("letters, digits, _ and -");
const steps = z.number().int().describe("steps that undo can still take back");
const file = (endings: string) => z.string().regex(new RegExp(`^[A-Za-z0-9_][\\w-]{0,63}\\.(${endings})$`));
const written = z.object({ of, files: z.array(z.object({ path: z.string(), bytes: z.number().optional() })) });

/** Tools that only a session with a scene of its own has: back, snapshots, and files in the user's folder. */
export function registerSessionTools(server: McpServer, session: Session): void {
  const { scene, out, answer, refused } = session;
  const saver = new Saver();

  function register(
    name: string,
    title: string,
    description: string,
    args: z.ZodObject,
    output: z.ZodObject,
    hints: ToolAnnotations,
    work: (given: Record<string, string>) => Promise<CallToolResult>,
  ): void {
    const shown = {
      title,
      description,
      inputSchema: session.strict(args),
      outputSchema: output,
      annotations: { title, openWorldHint: false, destructiveHint: false, ...hints },
    };
    server.registerTool(name, shown, (given: Record<string, unknown>) => work(given as Record<string, string>));
  }

  register(
    "undo_last_step",
    "Undo the last program",
    `Brings back the scene before the last program that succeeded, or before the last restore. The last ${mostSteps} can be undone.`,
    z.object({}),
    z.object({ of, steps }),
    { readOnlyHint: false },
    async () => {
      if (!(await scene.undo())) return refused(`there is no earlier step: the last ${mostSteps} are kept`);
      session.changed();
      return answer({ of: scene.owner, steps: scene.undoable });
    },
  );

  const listed = z.object({ of, snapshots: z.array(z.string()), gone: z.string().optional() });
  const list = (more = {}) => answer({ of: scene.owner, snapshots: scene.snapshots, ...more });
  register(
    "save_snapshot",
    "Remember the scene under a name",
    `Remembers the current scene under a name. ${mostSnapshots} are kept: one more lets the oldest go, and \`gone\` names it.`,
    z.object({ name: named }),
    listed,
    { readOnlyHint: false },
    async ({ name = "" }) => {
      const gone = await scene.saveSnapshot(name);
      return list(gone === undefined ? {} : { gone });
    },
  );
  register(
    "restore_snapshot",
    "Bring back a named scene",
    "Makes the scene what it was when the snapshot was saved. undo_last_step takes it back.",
    z.object({ name: named }),
    listed,
    { readOnlyHint: false },
    async ({ name = "" }) => {
      if (!(await scene.restoreSnapshot(name))) {
        return refused(`there is no snapshot ${name}; there are: ${scene.snapshots.join(", ") || "none"}`);
      }
      session.changed();
      return list();
    },
  );
  register(
    "list_snapshots",
    "List the named scenes",
    "The snapshots there are, the oldest first.",
    z.object({}),
    listed,
    { readOnlyHint: true },
    async () => list(),
  );

  async function take(action: string, name: string): Promise<CallToolResult> {
    if (out === undefined) return refused(noOut);
    return session.inFolder(async (dir) => {
      const reply = await scene.probe(action, { name }, dir);
      if (!reply.ok) return refused(JSON.stringify(reply.error, null, 2));
      // An .obj has its materials in a file beside it.
      const wanted = [extname(name), ...(extname(name) === ".obj" ? [".mtl"] : [])];
      const made = (await readdir(dir)).filter((each) => parse(each).name === parse(name).name);
      const files = made.filter((each) => wanted.includes(extname(each)));
      for (const each of files) {
        const to = join(out, each);
        const not = await saver.copy(join(dir, each), to);
        if (not !== null) return not;
      }
      return answer({ of: scene.owner, files: files.map((each) => ({ path: join(out, each) })) });
    });
  }

  register(
    "save_blend",
    "Save the scene as a .blend",
    "Saves the current scene as a .blend in the folder that the user named with --out.",
    z.object({ name: file("blend").describe("such as scene.blend") }),
    written,
    { readOnlyHint: false },
    ({ name = "" }) => take("save_blend", name),
  );
  register(
    "export_scene",
    "Export the scene",
    "Exports the current scene as .glb, .obj (with its .mtl) or .usdc, by the name's ending, to the folder that the user named with --out.",
    z.object({ name: file("glb|obj|usdc").describe("such as scene.glb") }),
    written,
    { readOnlyHint: false },
    ({ name = "" }) => take("export_scene", name),
  );
}
