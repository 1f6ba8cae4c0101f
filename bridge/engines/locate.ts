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

/**
 * Absolute path of a program of the system: the one given, else the first of `commands` on PATH. Throws dependency_missing
 * with the command that installs it.
 */
export async function locate(
  name: string,
  commands: readonly string[],
  given: string | undefined,
  { variable, packages }: { variable: string; packages: string },
): Promise<string> {
  for (const command of given ? [given] : commands) {
    const found = await findProgram(command);
    if (found !== null) return await realpath(found);
  }
  throw new VigaError("dependency_missing", `no ${name} at ${given || "any folder of PATH"}`, {
    hint: `install it with \`apt-get install ${packages}\`, or set ${variable} to the program`,
  });
}
