import { z } from "zod";

const path = z.string().min(1).max(4096);

/** Where system programs are. */
export const programsSchema = z.strictObject({
  blender: path.optional(),
  nats_server: path.optional(),
  bwrap: path.optional(),
  chromium: path.optional(),
  libreoffice: path.optional(),
  ffmpeg: path.optional(),
});
export type ProgramPaths = z.output<typeof programsSchema>;
