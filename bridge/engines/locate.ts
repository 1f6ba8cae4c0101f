import { realpath } from "node:fs/promises";
import { VigaError } from "../../config/errors.ts";
import { findProgram } from "../processes/find-program.ts";

/**
 * Absolute path of a Blender (3.4 or newer): `blender`, else VIGA_BLENDER, else the first on PATH.
 * Throws dependency_missing with the command that installs it.
 */
export async function locateBlender(blender: string | undefined = process.env.VIGA_BLENDER): Promise<string> {
  const wanted = blender === undefined || blender === "" ? "blender" : blender;
  const found = await findProgram(wanted);
  if (found !== null) return await realpath(found);
  throw new VigaError("dependency_missing", `no Blender at ${wanted === "blender" ? "any folder of PATH" : wanted}`, {
    hint: "install it with `apt-get install blender`, or set VIGA_BLENDER to the blender program of another one",
  });
}
