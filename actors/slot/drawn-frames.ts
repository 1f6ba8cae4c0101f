import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

/** What a job that draws many frames leaves in its folder while it is at it: numbers alone, since a program may write there. */
const drawnFrames = z.strictObject({ drawn: z.int().min(0).max(100_000), of: z.int().min(1).max(100_000) });
export type FramesDrawn = z.output<typeof drawnFrames>;

const file = "frames.json";
const mostBytes = 200;
/** Milliseconds between two looks. */
const every = 1000;

/** The numbers as they stand now; null where there are none, or what is there is no plain small file. */
export async function framesDrawn(dir: string): Promise<FramesDrawn | null> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const handle = await open(join(dir, file), O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch(() => null);
  if (handle === null) return null;
  try {
    const found = await handle.stat();
    if (!found.isFile() || found.size > mostBytes) return null;
    const parsed = drawnFrames.safeParse(JSON.parse(await handle.readFile("utf8")));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  } finally {
    await handle.close();
  }
}

/** Tells each change of the numbers until it is ended by what it returns. */
export function watchFrames(dir: string, tell: (frames: FramesDrawn) => void): () => void {
  let last = -1;
  const timer = setInterval(() => {
    void framesDrawn(dir).then((found) => {
      if (found === null || found.drawn === last) return;
      last = found.drawn;
      tell(found);
    });
  }, every);
  return () => clearInterval(timer);
}
