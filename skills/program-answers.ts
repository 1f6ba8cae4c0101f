import { constants, copyFile, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import type { RunState } from "../bridge/engines/contract.ts";
import { inputLimits } from "../config/check-inputs.ts";
import { jobSeconds, programError } from "../machines/domain/index.ts";
import { answer, refused } from "./answers.ts";
import { answeredPictures } from "./pictures.ts";

// What the skills' servers have in common: programs that are drawn, each in a folder of its own, and files for the user.

/** What every engine's execute_code answers alike; the log and the checks differ in their descriptions. */
export const executedShape = {
  ok: z.boolean(),
  error: programError.optional(),
  seconds: jobSeconds,
  pictures: z.array(z.object({ width: z.number(), height: z.number(), media: z.string() })),
};

export type InFolder = (work: (dir: string) => Promise<CallToolResult>) => Promise<CallToolResult>;

/** Does work in a new folder of `scratch`, which is gone afterwards. */
export function inFolderOf(scratch: string): InFolder {
  return async (work) => {
    const dir = await mkdtemp(join(scratch, "skill-"));
    try {
      return await work(dir);
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  };
}

/** The refusal of a program that is too long to be read; null where it is not. `noun`: what it is called. */
export function tooLong(code: string, noun: string): CallToolResult | null {
  const bytes = Buffer.byteLength(code);
  if (bytes <= inputLimits.program) return null;
  return refused(`the ${noun} has ${bytes} bytes, more than the ${inputLimits.program} that one may have`);
}

/** What came of a program, with the pictures in its folder. `more`: what one engine says beside it. */
export async function programAnswer(
  dir: string,
  { ok, log, error, checks = [], seconds, renders }: RunState,
  more: Record<string, unknown> = {},
): Promise<CallToolResult> {
  const pictures = await answeredPictures(
    dir,
    renders.map(({ name }) => `${name}.png`),
  );
  const { content, ...rest } = answer(
    {
      ok,
      log,
      ...(error === undefined ? {} : { error }),
      ...(checks.length === 0 ? {} : { checks }),
      seconds,
      pictures: pictures.map(({ width, height, content }) => ({ width, height, media: content.mimeType })),
      ...more,
    },
    !ok,
  );
  return { ...rest, content: [...content, ...pictures.map((each) => each.content)] };
}

export const noOut = "no folder to write to was named: start the server with --out FOLDER";

/** Hands files to the user: one that was there before this session is the user's own, and is not written over. */
export class Saver {
  readonly #mine = new Set<string>();

  /** -> null, or the refusal */
  async copy(from: string, to: string): Promise<CallToolResult | null> {
    try {
      await copyFile(from, to, this.#mine.has(to) ? 0 : constants.COPYFILE_EXCL);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") return refused(`${to}: ${(error as Error).message}`);
      return refused(`${to} is there already and was not written by this session: give another name`);
    }
    this.#mine.add(to);
    return null;
  }
}
