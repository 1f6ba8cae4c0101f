import { createHash } from "node:crypto";
import type { State, Task } from "../../machines/domain/index.ts";

/** Artifacts in memory. */
export function memoryStore() {
  const files = new Map<string, Buffer>();
  return {
    put(content: Buffer | string): string {
      const bytes = Buffer.from(content);
      const ref = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
      files.set(ref, bytes);
      return ref;
    },
    read: async (ref: string): Promise<Buffer> => files.get(ref)!,
  };
}

export function drawnState(renders: State["renders"], scene?: string): State {
  return {
    t: 1,
    candidate: 0,
    ok: true,
    renders,
    log: "",
    ...(scene === undefined ? {} : { scene }),
    slot: "cpu",
    epoch: 1,
    seconds: { execute: 0, render: 0, total: 0 },
  };
}

export const taskOf = (mode: string, targets: Task["targets"]): Task => ({
  mode,
  name: "n",
  text: "",
  targets,
  start: null,
  base: null,
  prompt: "none",
});
