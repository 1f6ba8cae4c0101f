import { Argument, Command } from "commander";
import { readSpec } from "../../actors/run/read-spec.ts";
import { type HostedRole, hostedRoles, playRole } from "../../actors/run/roles.ts";
import { stopSignal } from "../exit.ts";
import { joinBus, servedRuns } from "../launch/join.ts";
import { makeLog } from "../log.ts";

/** `viga role ROLE`: plays one role in a process of its own. */
export function roleCommand(): Command {
  return new Command("role")
    .description("play one role of a run in this process (see viga run --hosts apart)")
    .addArgument(new Argument("ROLE", "which role").choices([...hostedRoles]))
    .option("--bus <URL>", "NATS server; default: the bus of the newest run here (output/latest/bus.json)")
    .option("--creds <FILE>", "NATS credentials file")
    .option("--out <DIR>", "output folder of the run to join")
    .action(async (role: HostedRole, options: { bus?: string; creds?: string; out?: string }) => {
      const signal = stopSignal();
      const log = makeLog(role);
      const joined = await joinBus(options, `viga role ${role}`, signal, log);
      try {
        await servedRuns(joined, signal, async (run, ending) => {
          log.keepIn((await readSpec(joined.bus, run, ending)).out);
          log(`plays in run ${run}`);
          await playRole({ bus: joined.bus, run, role, signal: ending, log });
        });
        // Ended from outside, not with the run: whoever keeps this process starts it again.
        if (signal.aborted) process.exitCode = 130;
      } finally {
        await joined.bus.close();
      }
    });
}
