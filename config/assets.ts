import { z } from "zod";

const path = z.string().min(1).max(4096);

/** `assets:` of viga.yaml: where models of things come from, besides the task's own folder. */
export const assetsSchema = z.strictObject({
  folders: z.array(path).max(64).default([]).meta({
    description: "Libraries of .blend, .glb, .gltf, .obj and pictures that programs may load from; they are only read.",
  }),
});
export type AssetSettings = z.output<typeof assetsSchema>;
