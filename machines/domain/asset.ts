import { z } from "zod";

/** A model of a thing that a generator fetched: it stays in sight when the round that fetched it has left the window. */
export const pinnedAsset = z.object({
  /** What it was asked for as. */
  name: z.string(),
  /** Absolute path that programs load it from. */
  path: z.string(),
  /** Size, faces, movements, in words. */
  about: z.string(),
});
export type PinnedAsset = z.infer<typeof pinnedAsset>;
