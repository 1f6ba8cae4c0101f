import { Command, Option } from "commander";
import { modeNames, modeOf } from "../../config/modes/index.ts";
import { doctor } from "../doctor/doctor.ts";
import { busCheck, engineChecks } from "../doctor/selftest.ts";
import { webChecks } from "../doctor/web.ts";

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
          : [
              { on: ["nats-server"], check: busCheck },
              modeOf(options.mode).engine === "web"
                ? { on: ["bubblewrap", "chromium"], check: webChecks }
                : { on: ["blender", "python in blender"], check: engineChecks },
            ],
      });
    });
}
