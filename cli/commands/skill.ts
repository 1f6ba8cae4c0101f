import { mkdir, rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { Argument, Command } from "commander";
import { startBlender } from "../../bridge/engines/blender.ts";
import { makeScratch, sweepScratch } from "../../bridge/processes/scratch.ts";
import { checkBase } from "../../config/check-inputs.ts";
import { VigaError } from "../../config/errors.ts";
import { blenderSkill, serveOnStdio } from "../../skills/blender/mcp.ts";
import { stopSignal } from "../exit.ts";
import { gpuIndex } from "../numbers.ts";

/** `viga skill blender`: a skill as an MCP server on stdio, for any MCP client. */
export function skillCommand(): Command {
  return new Command("skill")
    .description("serve a skill over MCP on stdin and stdout, for any MCP client")
    .addArgument(new Argument("NAME", "which skill").choices(["blender"]))
    .option("--base <FILE>", ".blend that programs run on; default: an empty scene")
    .option("--gpu <INDEX>", "the only GPU the engine sees; absent: the CPU", gpuIndex)
    .action(async (_name: string, options: { base?: string; gpu?: number }) => {
      const signal = stopSignal();
      const base = options.base === undefined ? undefined : resolve(options.base);
      if (base !== undefined) {
        if (!base.toLowerCase().endsWith(".blend")) {
          throw new VigaError("input_invalid", `--base ${options.base}: is not a Blender file`, {
            hint: "give a .blend",
          });
        }
        await checkBase(base);
      }
      await sweepScratch();
      const scratch = await makeScratch("skill");
      try {
        const engine = await startBlender({
          gpu: options.gpu ?? null,
          cpus: availableParallelism(),
          scratch: join(scratch, "engine"),
        });
        try {
          await mkdir(join(scratch, "jobs"), { recursive: true });
          const server = blenderSkill({
            engine,
            scratch: join(scratch, "jobs"),
            ...(base === undefined ? {} : { base }),
          });
          await serveOnStdio(server, signal);
        } finally {
          await engine.close();
        }
      } finally {
        await rm(scratch, { recursive: true, force: true });
      }
    });
}
