import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { SlotWatch } from "../../../actors/run/slots.ts";
import { openBus } from "../../../bridge/bus/connection.ts";
import { pause } from "../../../bridge/bus/timers.ts";
import { type CapabilityCard, capabilityCard } from "../../../bridge/engines/contract.ts";
import { VigaError } from "../../../config/errors.ts";
import { modeOf } from "../../../config/modes/index.ts";
import type { ResolvedConfig } from "../../../config/resolved.ts";
import type { RunPins } from "../../../machines/domain/index.ts";
import { ask, versionIn } from "../../doctor/probe.ts";
import { locate, programs, which } from "../../setup/programs.mjs";
import { version } from "../../version.ts";
import { folderHash } from "./content-hash.ts";

/** What all runs of an experiment have in common that results depend on. */
export interface Versions extends Pick<RunPins, "viga" | "commit" | "prompts" | "evaluator" | "engine"> {
  /** What renders on a slot. */
  deviceOf: (slot: string) => string;
}

const root = join(import.meta.dirname, "..", "..", "..");
/** Digits of a hash that are enough to tell versions apart. */
const digits = 12;

/**
 * Versions of everything that a run is made with. Throws `dependency_missing` where executors live elsewhere and none is
 * there: what they draw with is part of each run's key.
 */
export async function versionsOf(config: ResolvedConfig): Promise<Versions> {
  const mode = modeOf(config.mode);
  const isText = (name: string) => /\.(md|[jt]s)$/.test(name);
  const shown = ["shared", mode.prompts];
  const prompts = await folderHash(
    join(root, "prompts"),
    (name) => isText(name) && (dirname(name) === "." || shown.includes(dirname(name))),
  );
  // How tables and drawings are made changes no run's numbers.
  const measure = await folderHash(
    join(root, "evaluators"),
    (name) => isText(name) && !/^(aggregate|columns|drawings)\//.test(name),
  );
  return {
    viga: version,
    commit: await commit(),
    prompts: prompts.slice(0, digits),
    evaluator: `${mode.evaluator} ${measure.slice(0, digits)}`,
    ...(config.executors.length > 0 ? await localEngine(config) : await engineElsewhere(config)),
  };
}

/** Commit of viga's own checkout, with "+" where files were changed since; "" where there is none. */
async function commit(): Promise<string> {
  if (!existsSync(join(root, ".git")) || which(["git"]) === null) return "";
  const head = await ask("git", ["-C", root, "rev-parse", "HEAD"]);
  const changes = await ask("git", ["-C", root, "status", "--porcelain", "--untracked-files=no"]);
  return head === null ? "" : `${head.trim().slice(0, digits)}${changes === "" ? "" : "+"}`;
}

/** Programs that a mode needs beside the one that draws. */
const beside: readonly string[] = ["nats-server", "bubblewrap", "ffmpeg"];

async function localEngine(config: ResolvedConfig): Promise<Pick<Versions, "engine" | "deviceOf">> {
  const drawing = Object.values(programs).filter(
    ({ name }) => modeOf(config.mode).programs.includes(name) && !beside.includes(name),
  );
  const named = await Promise.all(
    drawing.map(async (program) => {
      const path = config.programs[program.setting] ?? locate(program);
      const found = path === null ? null : versionIn(await ask(path, ["--version"]));
      return `${program.name} ${found ?? "of unknown version"}`;
    }),
  );
  const smi = config.executors.some(({ gpu }) => gpu !== undefined) ? which(["nvidia-smi"]) : null;
  const said = smi === null ? null : await ask(smi, ["--query-gpu=index,uuid,name", "--format=csv,noheader"], 20);
  const gpus = (said ?? "").split("\n").map((line) => line.split(",").map((cell) => cell.trim()));
  const nameOf = (gpu: string | number) =>
    gpus.find(([index, uuid = ""]) => index === String(gpu) || uuid.startsWith(String(gpu)))?.[2] ?? `GPU ${gpu}`;
  return {
    engine: named.join(", "),
    deviceOf(slot) {
      const gpu = config.executors.find((executor) => executor.slot === slot)?.gpu;
      return gpu === undefined ? "cpu" : nameOf(gpu);
    },
  };
}

/** Milliseconds in which an executor elsewhere must be heard of: it beats every second. */
const heardWithin = 6000;

/** Engine and devices as the slots on a bus of the user's say them. */
async function engineElsewhere({ bus: { url, creds }, mode }: ResolvedConfig) {
  const { engine } = modeOf(mode);
  const stop = new AbortController();
  const bus = await openBus({ url: url ?? "", creds }, { name: "viga experiment", timeout: 3000 });
  try {
    const slots = new SlotWatch(bus, engine, stop.signal);
    const until = Date.now() + heardWithin;
    while (slots.alive(heardWithin).length === 0 && Date.now() < until) await pause(100, stop.signal);
    const cards = new Map<string, CapabilityCard>();
    for (const { slot, card } of slots.alive(heardWithin)) cards.set(slot, capabilityCard.parse(card));
    if (cards.size === 0) {
      throw new VigaError("dependency_missing", `no executor of ${engine} is heard of on ${url}`, {
        hint: `start one: viga executor --slot gpu0 --gpu 0 --engine ${engine} --bus ${url}`,
      });
    }
    const names = [...cards.values()].map((card) => `${card.engine} ${card.version}`);
    return {
      engine: [...new Set(names)].sort().join(", "),
      deviceOf(slot: string) {
        const devices = cards.get(slot)?.devices ?? [];
        return devices.every((device) => device === "CPU") ? "cpu" : devices.join(", ");
      },
    };
  } finally {
    stop.abort();
    await bus.close();
  }
}
