import { z } from "zod";

const path = z.string().min(1).max(4096);

/** System programs that `programs:` may point to, with the environment variable that does the same. */
export const programVariables = {
  blender: "VIGA_BLENDER",
  nats_server: "VIGA_NATS_SERVER",
  bwrap: "VIGA_BWRAP",
  chromium: "VIGA_CHROMIUM",
  libreoffice: "VIGA_LIBREOFFICE",
  ffmpeg: "VIGA_FFMPEG",
} as const;

export const programsSchema = z.strictObject({
  blender: path.optional(),
  nats_server: path.optional(),
  bwrap: path.optional(),
  chromium: path.optional(),
  libreoffice: path.optional(),
  ffmpeg: path.optional(),
});
export type ProgramPaths = z.output<typeof programsSchema>;

/** The same paths as environment variables, for a process that reads no configuration. */
export function programEnv(programs: ProgramPaths): Record<string, string> {
  const names = Object.keys(programVariables) as (keyof typeof programVariables)[];
  return Object.fromEntries(
    names.flatMap((name) => (programs[name] === undefined ? [] : [[programVariables[name], programs[name]]])),
  );
}
