import { Command, Option } from "commander";
import { modeNames, modeOf } from "../../config/modes/index.ts";
import { type DoctorOptions, doctor } from "../doctor/doctor.ts";
import { busCheck, engineChecks } from "../doctor/selftest.ts";
import { slidesChecks } from "../doctor/slides.ts";
import { webChecks } from "../doctor/web.ts";

/** What tests each engine, once the programs that it needs are there. */
const engineTests: Readonly<Record<string, NonNullable<DoctorOptions["further"]>[number]>> = {
  blender: { on: ["blender", "python in blender"], check: engineChecks },
  slides: { on: ["bubblewrap", "libreoffice"], check: slidesChecks },
  web: { on: ["bubblewrap", "chromium"], check: webChecks },
};

/** `viga doctor`: what is on this machine, what works, and the one command that mends what does not. */
export function doctorCommand(): Command {
  return new Command("doctor")
    .description("what is on this machine, what works without it, and how to get it; tests engine, sandbox and bus")
    .addOption(new Option("--mode <M>", "mode to be ready for").choices([...modeNames]).default("blendergym"))
    .option("--out <DIR>", "folder that results go to", "output")
    .option("--quick", "look only; start no engine and no bus")
    .option("--json", "the table as JSON")
    .action(async (options: { mode: string; out: string; quick?: boolean; json?: boolean }) => {
      process.exitCode = await doctor({
        mode: options.mode,
        out: options.out,
        json: options.json === true,
        further: options.quick
          ? []
          : [{ on: ["nats-server"], check: busCheck }, engineTests[modeOf(options.mode).engine]!],
      });
    });
}
