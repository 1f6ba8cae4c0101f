import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";

/** A client that misspells an argument is told, rather than answered as if it had left it out. */
export function strict(args: z.ZodObject): z.ZodObject {
  const known = Object.keys(args.shape).join(", ") || "none";
  return z.strictObject(args.shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? `unknown argument ${issue.keys.join(", ")}; expected one of ${known}`
        : undefined,
  });
}

/** An answer that says why nothing was done. */
export const refused = (text: string): CallToolResult => ({ isError: true, content: [{ type: "text", text }] });

/** Text for clients that read no structured content. */
export const answer = (structured: Record<string, unknown>, isError = false, text?: string): CallToolResult => ({
  isError,
  structuredContent: structured,
  content: [{ type: "text", text: text ?? JSON.stringify(structured, null, 2) }],
});
