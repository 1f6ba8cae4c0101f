import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { CallRequest } from "../../../bridge/engines/contract.ts";
import { Ended } from "../../sandbox/leash.ts";
import { refusal } from "./draw.ts";
import { mostHeight, reach, type Tab } from "./tab.ts";

const asked = z.object({
  /** Copies of one page: HTML programs. */
  programs: z.array(z.string()).min(1).max(16),
  /** Width of the layout, CSS pixels. */
  width: z.number().int().min(1).max(16_000),
});

/**
 * Draws copies of one page, one right after the other: they may know of one another, so nothing is cleared away in between,
 * and of each only its picture is wanted.
 * @returns names of the PNGs in the job's folder, in their order
 */
export async function drawCopies(tab: Tab, { args, assets, dir }: CallRequest): Promise<string[]> {
  const { programs, width } = asked.parse(args);
  const names: string[] = [];
  const written: Promise<void>[] = [];
  for (const program of programs) {
    const refused = refusal(program);
    if (refused !== null) throw new Ended({ kind: "program", ...refused });
    await tab.open({ program, assets, width, scale: 1 });
    const [size, boxes] = await Promise.all([tab.call("size", {}), tab.boxes()]);
    const height = Math.min(Math.max(1, reach.parse(size).height), mostHeight);
    const name = `copy${names.length}.png`;
    written.push(writeFile(join(dir, name), await tab.picture(height, boxes)));
    names.push(name);
  }
  await Promise.all(written);
  return names;
}
