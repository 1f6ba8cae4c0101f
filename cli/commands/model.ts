import { Command } from "commander";
import { describeProbe } from "../../bridge/models/probe/describe.ts";
import { probeModel } from "../../bridge/models/probe/probe.ts";
import { plainJson } from "../../config/plain-text.ts";
import { stopSignal } from "../exit.ts";
import { profileFor, profilesFor } from "../launch/find-profile.ts";
import { print, printError } from "../print.ts";
import { listCommand } from "./model-list.ts";

interface Options {
  config?: string;
  set: string[];
  json?: boolean;
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
