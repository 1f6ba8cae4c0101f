import { existsSync } from "node:fs";
import { linesToAdd } from "../../config/add-model.ts";
import { VigaError } from "../../config/errors.ts";
import { resolveConfig } from "../../config/loader.ts";
import type { NamedProfile } from "../../config/profile.ts";
import { findProfile, loadProfiles } from "../../config/profiles.ts";
import { suggestModel } from "../../config/suggest-model.ts";

/** `--config` and `--set` of a command that needs a model and no run. */
export interface WhereProfilesAre {
  config?: string;
  set: string[];
}

/** All profiles, with what a configuration file and `--set` say about them. */
export function profilesFor(options: WhereProfilesAre): Map<string, NamedProfile> {
  const config = options.config ?? (existsSync("viga.yaml") ? "viga.yaml" : undefined);
  const overrides =
    config === undefined && options.set.length === 0
      ? {}
      : resolveConfig({ mode: "static_scene", sets: options.set, ...(config === undefined ? {} : { config }) }).models;
  return loadProfiles(overrides);
}

/** A model's profile by its name. @throws VigaError not_found with the lines that add it */
export function profileFor(name: string, options: WhereProfilesAre): NamedProfile {
  const profiles = profilesFor(options);
  const found = findProfile(profiles, name);
  if (found) return found;
  throw new VigaError("not_found", `no profile of a model named "${name}"${suggestModel(name, profiles)}`, {
    hint: `viga model list shows all; to add it, write into viga.yaml:\n${linesToAdd(name, profiles)}`,
  });
}
