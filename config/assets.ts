import { z } from "zod";
import { variable } from "./skills.ts";

const path = z.string().min(1).max(4096);

const url = z
  .string()
  .regex(/^https?:\/\/[^\s@?#]+$/, "expected http://host/path or https://host/path, without user, password or key");

const key_env = variable.meta({ description: "Environment variable that holds the key; never the key itself." });
const minutes = z.number().min(0.05).max(240).default(30).meta({
  description: "Longest that one model may take, all its steps together, minutes of wall clock.",
});
const megabytes = z.number().min(0.001).max(2048).default(128).meta({ description: "Largest model that is fetched." });
const limits = { minutes, megabytes };

/** A service that makes models of things, and what it is held to. */
export const assetService = z.discriminatedUnion(
  "kind",
  [
    z.strictObject({
      kind: z.literal("meshy"),
      url: url.default("https://api.meshy.ai"),
      key_env: key_env.default("MESHY_API_KEY"),
      ...limits,
    }),
    z.strictObject({
      kind: z.literal("tripo"),
      url: url.default("https://api.tripo3d.ai/v2/openapi"),
      key_env: key_env.default("TRIPO_API_KEY"),
      ...limits,
    }),
    z.strictObject({
      kind: z.literal("sam3d"),
      url: url.meta({ description: "Where requests are posted: fal's queue, or a server of your own with its API." }),
      key_env: key_env.optional(),
      ...limits,
    }),
  ],
  { error: "expected { kind: meshy }, { kind: tripo } or { kind: sam3d, url: https://... }" },
);
export type AssetService = z.output<typeof assetService>;
export type AssetServiceKind = AssetService["kind"];

/** `assets:` of viga.yaml: where models of things come from, besides the task's own folder. */
export const assetsSchema = z.strictObject({
  folders: z.array(path).max(64).default([]).meta({
    description: "Libraries of .blend, .glb, .gltf, .obj and pictures that programs may load from; they are only read.",
  }),
  services: z
    .array(assetService)
    .max(3)
    .default([])
    .refine((all) => new Set(all.map(({ kind }) => kind)).size === all.length, "names a service twice")
    .meta({ description: "Who makes what no library has; the first that can do what is asked. They cost money." }),
});
export type AssetSettings = z.output<typeof assetsSchema>;
