import { access, constants, realpath } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";
import { VigaError } from "../../config/errors.ts";

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Absolute path of a Blender (3.4 or newer): `blender`, else VIGA_BLENDER, else the first on PATH.
 * Throws dependency_missing with the command that installs it.
 */
export async function locateBlender(blender: string | undefined = process.env.VIGA_BLENDER): Promise<string> {
  const wanted = blender === undefined || blender === "" ? "blender" : blender;
  const candidates = isAbsolute(wanted)
    ? [wanted]
    : (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, wanted));
  for (const candidate of candidates) if (await isProgram(candidate)) return await realpath(candidate);
  throw new VigaError("dependency_missing", `no Blender at ${wanted === "blender" ? "any folder of PATH" : wanted}`, {
    hint: "install it with `apt-get install blender`, or set VIGA_BLENDER to the blender program of another one",
  });
}
