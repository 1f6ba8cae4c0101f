import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { limits } from "../../bridge/engines/contract.ts";
import { programError } from "../../machines/domain/index.ts";
import type { Hostile, Targets } from "./program.ts";

const outcome = z.enum(["ok", ...programError.shape.kind.options]);

/** A file's first line, as a comment: what its program must not achieve, how it is run, and what else is looked at. */
const header = z.object({
  mustNot: z.string().default("be told apart from an honest failure"),
  outcomes: z.array(outcome).default([...outcome.options]),
  views: z.tuple([]).optional(),
  limits: limits.partial().optional(),
  keep: z.literal(true).optional(),
  probes: z.array(z.string()).optional(),
  before: z.string().optional(),
  maxMem: z.number().optional(),
  maxDisk: z.number().optional(),
});

/** The program in a file; `@outside@` and `@unix@` in it stand for targets. */
export function parseCase(name: string, text: string): Hostile {
  const [first = ""] = text.split("\n", 1);
  const { views, limits, keep, probes, before, maxMem, maxDisk, ...rest } = header.parse(
    JSON.parse(first.replace(/^#\s*/, "")),
  );
  // Its lines keep their numbers; what it looks for in memory is not to be found in its own description.
  const own = text.slice(first.length);
  return {
    name,
    ...rest,
    program: ({ outside, unix }: Targets) => own.replaceAll("@outside@", outside).replaceAll("@unix@", unix),
    ...(views && { views: [] }),
    ...(limits && { limits: limits as Hostile["limits"] }),
    ...(keep && { keep }),
    ...(probes && { probes }),
    ...(before && { before }),
    most: { ...(maxMem && { memoryMb: maxMem }), ...(maxDisk && { diskMb: maxDisk }) },
  } as Hostile;
}

/** The programs of a folder: every .py whose first line is such a comment. */
export async function readCases(folder: string): Promise<Hostile[]> {
  const found: Hostile[] = [];
  for (const name of (await readdir(folder)).filter((file) => file.endsWith(".py")).sort()) {
    const text = await readFile(join(folder, name), "utf8");
    if (text.startsWith("# {")) found.push(parseCase(name.replace(/\.py$/, ""), text));
  }
  return found;
}
