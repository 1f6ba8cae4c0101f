import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Layer } from "./layer.ts";
import { layerFromFile } from "./yaml.ts";

const folder = fileURLToPath(new URL("./presets/", import.meta.url));

/** The preset a run builds on when neither a flag nor a file names one. */
export const defaultPreset = "offline";

/** Names of the shipped presets, in order. */
export function presetNames(): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".yaml"))
    .map((file) => file.slice(0, -".yaml".length))
    .sort();
}

/** A shipped preset as a layer. `name` must be one of `presetNames()`. */
export function presetLayer(name: string): Layer {
  return layerFromFile(`${folder}${name}.yaml`, `preset ${name}`, false);
}
