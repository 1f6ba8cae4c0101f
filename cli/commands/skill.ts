import { addAbortListener } from "node:events";
import { existsSync } from "node:fs";
import { access, constants, mkdir, rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { Argument, Command } from "commander";
import { serviceKey } from "../../bridge/assets/make.ts";
import { openEngine } from "../../bridge/engines/open.ts";
import { makeScratch, sweepScratch } from "../../bridge/processes/scratch.ts";
import { checkBase } from "../../config/check-inputs.ts";
import { VigaError } from "../../config/errors.ts";
import type { Gpu } from "../../config/executors.ts";
import { resolveConfig } from "../../config/loader.ts";
import { plainJson } from "../../config/plain-text.ts";
import { serveOnHttp } from "../../skills/http.ts";
import { loadSkill, onceStarted, type Skill, type SkillOptions, skillNames } from "../../skills/skill.ts";
import { serveOnStdio } from "../../skills/stdio.ts";
import { stopSignal } from "../exit.ts";
import { gpuName, whole } from "../numbers.ts";
import { print, printError } from "../print.ts";

interface Options {
  base?: string;
  out?: string;
  assets?: string[];
  config?: string;
  gpu?: Gpu;
  http?: number;
  json?: boolean;
}

/** `viga skill NAME`: a skill as an MCP server, for any MCP client. */
export function skillCommand(): Command {
  return new Command("skill")
    .description("serve a skill over MCP, on stdin and stdout or by HTTP, for any MCP client")
    .addArgument(new Argument("NAME", "which skill").choices(skillNames()))
    .option("--base <FILE>", "file that programs run on (blender: a .blend); default: an empty scene")
    .option(
      "--out <FOLDER>",
      "folder that save_blend, export_scene, save_deck and save_page write to; without it they write nothing",
    )
    .option("--assets <FOLDER>", "assets: a library of .blend, .glb, .gltf and .obj files (repeatable)", collect)
    .option("--config <FILE>", "assets: a viga.yaml whose assets: section names libraries and services")
    .option("--gpu <GPU>", "number or UUID of the only GPU the engine sees; absent: the CPU", gpuName)
    .option(
      "--http <PORT>",
      "serve by streamable HTTP on 127.0.0.1 (0: any free port); the token is printed once to stderr",
      whole(0, 65_535),
    )
    .option("--json", "with --http: print url and token as JSON to stdout instead")
    .addHelpText(
      "after",
      `
assets    get_better_assets finds models in libraries, tries each in the sandbox and answers with
          pictures, sizes and the code that places one
blender   execute_code runs a program in the sandbox and answers with its picture; further tools
          look around, undo, keep snapshots, save and export
slides    execute_code runs a PptxGenJS program in the sandbox and answers with a picture of each slide;
          get_slide_info says what stands where, save_deck writes the .pptx file
web       execute_code draws an HTML page in the sandbox; get_page_info says what stands where, save_page writes it

An MCP host starts one with a command like \`viga skill blender\`. Limits, answers, clients tried: docs/mcp.md`,
    )
    .action(async (name: string, options: Options) => {
      const signal = stopSignal();
      if (options.json && options.http === undefined) {
        throw new VigaError("input_invalid", "--json: without --http, stdout belongs to the protocol", {
          hint: "leave it out, or add --http 0",
        });
      }
      const skill = await loadSkill(name);
      const base = options.base === undefined ? {} : { base: await checkedBase(options.base, skill) };
      const assets = assetsOf(options, name);
      const out = options.out === undefined ? {} : { out: await madeFolder(options.out) };
      await sweepScratch();
      const scratch = await makeScratch("skill");
      try {
        const gpu = options.gpu ?? null;
        const cpus = availableParallelism();
        const jobs = join(scratch, "jobs");
        await mkdir(jobs, { mode: 0o700 });
        // Hosts give a server few seconds to answer, which a slow machine needs to start an engine.
        const starting = openEngine(skill.engine, { gpu, cpus, scratch });
        const failed = new AbortController();
        starting.catch(() => failed.abort());
        try {
          // The address is told once the engine works.
          if (options.http !== undefined) await starting;
          const opened = { engine: onceStarted(starting), scratch: jobs, ...assets, ...base, ...out };
          const stop = AbortSignal.any([signal, failed.signal]);
          if (options.http === undefined) await serveOnStdio(skill.open(opened), stop, starting);
          else await serve(() => skill.open(opened), options.http, options, stop);
        } finally {
          await (await starting).close();
        }
      } finally {
        await rm(scratch, { recursive: true, force: true });
      }
    });
}

const collect = (value: string, before: string[] = []): string[] => [...before, value];

/** What is searched and who makes models. A library that is not there would be an empty one to every search. */
function assetsOf({ assets, config }: Options, skill: string): Pick<SkillOptions, "assets" | "services"> {
  const given = assets !== undefined ? "--assets" : config !== undefined ? "--config" : null;
  if (given !== null && skill !== "assets") {
    throw new VigaError("input_invalid", `${given}: the skill ${skill} has no use for it`, {
      hint: "viga skill assets",
    });
  }
  // The mode matters to no setting of assets.
  const { folders, services } =
    config === undefined ? { folders: [], services: [] } : resolveConfig({ config, mode: "static_scene" }).assets;
  for (const service of services) serviceKey(service, process.env);
  const named = (assets ?? []).map((folder) => {
    const path = resolve(folder);
    if (existsSync(path)) return path;
    throw new VigaError("input_invalid", `--assets ${folder}: there is no such folder`, {
      hint: "give a folder of .blend, .glb, .gltf or .obj files",
    });
  });
  return { assets: [...named, ...folders], services };
}

type Opened = () => ReturnType<Skill["open"]>;

async function serve(open: Opened, port: number, { json }: Options, signal: AbortSignal): Promise<void> {
  const { url, token, close } = await serveOnHttp(open, port);
  try {
    if (json) print(`${plainJson({ schema: 1, url, token })}\n`);
    else printError(`serving at ${url}\nAuthorization: Bearer ${token}\n`);
    await new Promise((done) => addAbortListener(signal, done));
  } finally {
    await close();
  }
}

async function madeFolder(given: string): Promise<string> {
  const folder = resolve(given);
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
  } catch (error) {
    throw new VigaError("input_invalid", `--out ${given}: ${(error as Error).message}`, {
      hint: "give a folder that can be written",
    });
  }
  return folder;
}

async function checkedBase(given: string, { baseEnding }: Skill): Promise<string> {
  if (baseEnding === undefined) {
    throw new VigaError("input_invalid", "--base: this skill's programs run on no file", { hint: "leave it out" });
  }
  const base = resolve(given);
  if (!base.toLowerCase().endsWith(baseEnding)) {
    const what = baseEnding === ".blend" ? "a Blender file" : `a ${baseEnding}`;
    throw new VigaError("input_invalid", `--base ${given}: is not ${what}`, { hint: `give a ${baseEnding}` });
  }
  await checkBase(base);
  return base;
}
