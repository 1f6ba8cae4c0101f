import { toolsIn } from "../../tool.ts";

/** Every tool of this folder; a new file beside this one is found by itself. */
export const tools = await toolsIn(import.meta.dirname);
