import { chmod, copyFile, mkdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { placeAtomic } from "../files/write-atomic.ts";
import { wordsOf } from "./rank.ts";

/** Copies a made model under a name that tells what it is, for programs to read. -> its path */
export async function keepAsset(made: string, name: string, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  // Programs may run as another user than the one whose mask made the folder.
  await chmod(folder, 0o755);
  const words = wordsOf(name).join("_").slice(0, 60) || "thing";
  const path = join(folder, `${words}-${basename(made).slice(0, 8)}.glb`);
  await placeAtomic(path, async (beside) => {
    await copyFile(made, beside);
    await chmod(beside, 0o644);
  });
  return path;
}
