import { existsSync } from "node:fs";
import { Command } from "commander";
import { describeProbe } from "../../bridge/models/probe/describe.ts";
import { probeModel } from "../../bridge/models/probe/probe.ts";
import { linesToAdd } from "../../config/add-model.ts";
import { VigaError } from "../../config/errors.ts";
import { resolveConfig } from "../../config/loader.ts";
import { plainJson } from "../../config/plain-text.ts";
import type { NamedProfile } from "../../config/profile.ts";
import { findProfile, loadProfiles } from "../../config/profiles.ts";
import { suggestModel } from "../../config/suggest-model.ts";
import { stopSignal } from "../exit.ts";
import { print, printError } from "../print.ts";
import { listCommand } from "./model-list.ts";

interface Options {
  config?: string;
  set: string[];
  json?: boolean;
}

/** All profiles, with what a configuration file and `--set` say about them. */
function profilesFor(options: Options): Map<string, NamedProfile> {
  const config = options.config ?? (existsSync("viga.yaml") ? "viga.yaml" : undefined);
  const overrides =
    config === undefined && options.set.length === 0
      ? {}
      : resolveConfig({ mode: "static_scene", sets: options.set, ...(config === undefined ? {} : { config }) }).models;
  return loadProfiles(overrides);
}

function profileFor(name: string, options: Options): NamedProfile {
  const profiles = profilesFor(options);
  const found = findProfile(profiles, name);
  if (found) return found;
  throw new VigaError("not_found", `no profile of a model named "${name}"${suggestModel(name, profiles)}`, {
    hint: `viga model list shows all; to add it, write into viga.yaml:\n${linesToAdd(name, profiles)}`,
  });
}

const collect = (value: string, all: string[]): string[] => [...all, value];

/** `viga model probe NAME`. Exit 1: the model answers, but cannot see or call tools. */
export function modelCommand(): Command {
  const probe = new Command("probe")
    .exitOverride()
    .description("find out what a model really does: context, vision, tool style, JSON, latency; a few small calls")
    .argument("<NAME>", "a model's profile, like qwen3-vl-32b or claude-sonnet-5-5")
    .option("--config <PRESET|FILE>", "where models: are read from; default: viga.yaml, if there is one")
    .option("--set <KEY=VALUE>", "override, like models.NAME.base_url=http://host:8000/v1", collect, [])
    .option("--json", "the report as JSON")
    .action(async (name: string, options: Options) => {
      const signal = stopSignal();
      const say = (line: string): void => {
        if (!options.json) printError(`${line}\n`);
      };
      const report = await probeModel(profileFor(name, options), {
        signal,
        deps: {
          onEvent: (event) => {
            if (event.type === "waiting") say(`waiting for an answer (limit ${event.limit_s} s)`);
          },
        },
        onStep: (step) => say(`probing: ${step}`),
      });
      print(options.json ? `${plainJson({ schema: 1, ...report })}\n` : `${describeProbe(report)}\n`);
      if (!report.ok) process.exitCode = 1;
    });
  return new Command("model")
    .description("models and their endpoints")
    .addCommand(listCommand((options) => profilesFor(options).values()))
    .addCommand(probe);
}
