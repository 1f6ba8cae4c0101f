import { z } from "zod";
import { pictureSize } from "../../../machines/domain/index.ts";
import type { Audience, Tool } from "../../tool.ts";

const languages = { python: "Python", html: "HTML", javascript: "JavaScript" } as const;

function description({ client, language }: Audience): string {
  return client === "mcp"
    ? "Run a Blender Python program on the pristine base scene, or with append on the scene as it is, and render it. A program that fails changes nothing. Answers with the picture, the program's output and, if it failed, the error with its line and a hint."
    : `Runs the round's ${languages[language]} program, takes its pictures and hands them to the verifier. It ends the round.`;
}

/**
 * As the paper has it. Weaker styles are not asked for a diff as well: models that must write JSON by hand got lost in it
 * (they repeated themselves until the reply was cut off), and it can be made from the programs. An MCP client has no round:
 * it says besides which picture it wants.
 */
function args({ client, style, language }: Audience): z.ZodObject {
  if (client === "mcp") {
    return z.object({
      code: z.string().min(1).describe("the whole program, or with append what it adds"),
      append: z
        .boolean()
        .default(false)
        .describe("go on from the scene as it is; objects stay, Python variables do not"),
      thought: z.string().optional().describe("why this program"),
      code_diff: z.string().optional().describe("what changed against the last one"),
      px: z.number().int().min(16).max(2048).default(512).describe("longest side of the picture, pixels"),
      samples: z.number().int().min(1).max(1024).default(16).describe("path-tracing samples per pixel"),
      camera: z.string().optional().describe("camera by name; default: the active one"),
      aspect: pictureSize.optional().describe("shape of the picture, such as the target's size; default: the scene's"),
    });
  }
  const diff = z
    .string()
    .describe(
      "The changed lines only: removed lines start with '-', added lines with '+', with a line of context around them.",
    );
  return z.object({
    thought: z.string().describe("Which difference this program removes and why this change does it. A few sentences."),
    ...(style === "native" ? { code_diff: diff } : {}),
    code: z.string().describe(`The whole ${languages[language]} program after the change, ready to run as it is.`),
  });
}

/** Hands in a program. In a run it is the generator's last word of a round, in an MCP client's hands it runs at once. */
export const tool: Tool = {
  name: "execute_code",
  title: "Execute a Blender program",
  kind: "engine",
  roles: ["generator"],
  description,
  args,
  aliases: ["execute_and_evaluate", "execute", "run_code", "execute_blender_code", "exec_code", "python"],
};
