import type { Hostile } from "./program.ts";
import { data } from "./set/data.ts";
import { disk } from "./set/disk.ts";
import { exits } from "./set/exits.ts";
import { files } from "./set/files.ts";
import { interpreter } from "./set/interpreter.ts";
import { kernel } from "./set/kernel.ts";
import { kernelMemory } from "./set/kernel-memory.ts";
import { loops } from "./set/loops.ts";
import { memory } from "./set/memory.ts";
import { network } from "./set/network.ts";
import { output } from "./set/output.ts";
import { processes } from "./set/processes.ts";
import { render } from "./set/render.ts";
import { secrets } from "./set/secrets.ts";
import { uncounted } from "./set/uncounted.ts";

/** The hostile set by theme, in the order it is run. */
export const themes: Readonly<Record<string, readonly Hostile[]>> = {
  loops,
  exits,
  processes,
  memory,
  disk,
  output,
  network,
  secrets,
  files,
  kernel,
  interpreter,
  render,
  data,
  uncounted,
  "kernel memory": kernelMemory,
};

export const programs: readonly Hostile[] = Object.values(themes).flat();
