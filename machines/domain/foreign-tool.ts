import { z } from "zod";

/** A tool of a user's own MCP server, as the server described it before the run began. */
export const foreignTool = z.object({
  /** Its name at the server. */
  name: z.string(),
  /** Its name for models: 1 to 64 of a-z 0-9 _ -. */
  offered: z.string(),
  description: z.string(),
  /** JSON Schema of its arguments, as the server gave it. */
  parameters: z.record(z.string(), z.unknown()),
});
export type ForeignTool = z.infer<typeof foreignTool>;
