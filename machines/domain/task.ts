import { z } from "zod";
import { artifactRef } from "./artifact.ts";
import { viewName } from "./view.ts";

/** What a run is about; fixed at its start, the same for every role. */
export const task = z.object({
  mode: z.string(),
  name: z.string(),
  text: z.string(),
  /** Target pictures by the name of the view they belong to. */
  targets: z.array(z.object({ name: viewName, image: artifactRef })),
  /** The start program, if the task has one. */
  start: artifactRef.nullable(),
  /** A picture of the start, where no program draws it: shown to the roles, never measured. */
  start_image: artifactRef.optional(),
  /** The .blend (or deck, page) that programs run on: its artifact, and its path on the host that made the run. */
  base: z.object({ artifact: artifactRef, path: z.string() }).nullable(),
  /** Files a program may load: their folder (or the one file) on the host that made the run, and their absolute paths. */
  assets: z.object({ root: z.string(), files: z.array(z.string()).min(1) }).optional(),
  prompt: z.string(),
  /** Files that the start program loads and every later one is to keep loading: absolute paths. */
  given: z.array(z.string()).optional(),
});
export type Task = z.infer<typeof task>;
