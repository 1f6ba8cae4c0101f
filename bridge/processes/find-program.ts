import { access, constants, stat } from "node:fs/promises";
import { delimiter, join } from "node:path";

/**
 * Path of a program as a shell would find it: a name in the first folder of `path` that has it, anything with a slash
 * as it stands; null where there is no executable file.
 *
 * Set-up has a search of its own (cli/setup/programs.mjs): it runs before Node 24 is there, which this file needs, and
 * bridge may not import cli.
 */
export async function findProgram(name: string, path: string = process.env.PATH ?? ""): Promise<string | null> {
  const folders = path.split(delimiter).filter((folder) => folder !== "");
  const candidates = name.includes("/") ? [name] : folders.map((folder) => join(folder, name));
  for (const candidate of candidates) if (await isProgram(candidate)) return candidate;
  return null;
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    // Folders are "executable" too.
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
