import { z } from "zod";

/** Content address of a file in the artifact store. */
export const artifactRef = z.string().regex(/^sha256:[0-9a-f]{64}$/);
export type ArtifactRef = z.infer<typeof artifactRef>;
