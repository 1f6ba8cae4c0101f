import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { writeAtomic } from "../files/write-atomic.ts";
import type { LibraryFile } from "./library.ts";

/** What an import of a file showed. Sizes are the file's own units. */
export const seenAsset = z.object({
  size: z.array(z.number()).length(3),
  meshes: z.number(),
  faces: z.number(),
  animations: z.array(z.string()),
  rigged: z.boolean(),
});
export type SeenAsset = z.infer<typeof seenAsset>;

/** Changes when what is recorded of a file does. */
const version = 1;

/** Folder of everything that is kept of assets between runs. */
export function assetCache(env: NodeJS.ProcessEnv = process.env): string {
  return join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "viga", "assets");
}

function fileOf(cache: string, file: LibraryFile): string {
  const of = JSON.stringify([version, file.path, file.bytes, file.changed]);
  const name = createHash("sha256").update(of).digest("hex");
  return join(cache, "index", name.slice(0, 2), name);
}

/** What is known of a file as it is now, with its thumbnail; null where it was not looked at since it changed. */
export async function readRecord(
  cache: string,
  file: LibraryFile,
): Promise<{ seen: SeenAsset; picture: Buffer } | null> {
  const at = fileOf(cache, file);
  try {
    const [text, picture] = await Promise.all([readFile(`${at}.json`, "utf8"), readFile(`${at}.png`)]);
    return { seen: seenAsset.parse(JSON.parse(text)), picture };
  } catch {
    // Absent, or cut off when it was written: the file is looked at again.
    return null;
  }
}

/** Remembers what was seen. A cache that cannot be written costs the next search its time, no more. */
export async function writeRecord(cache: string, file: LibraryFile, seen: SeenAsset, picture: Buffer): Promise<void> {
  const at = fileOf(cache, file);
  await Promise.all([writeAtomic(`${at}.png`, picture), writeAtomic(`${at}.json`, JSON.stringify(seen))]).catch(
    () => undefined,
  );
}
