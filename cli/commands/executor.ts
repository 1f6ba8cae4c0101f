import { Command, InvalidArgumentError, Option } from "commander";
import { readSpec } from "../../actors/run/read-spec.ts";
import { slotUser } from "../../bridge/bus/credentials.ts";
import { engineNames } from "../../bridge/engines/open.ts";
import { type Gpu, type Isolation, isolation, slotName } from "../../config/executors.ts";
import { stopSignal } from "../exit.ts";
import { joinBus, untilOver } from "../launch/join.ts";
import { runSlot } from "../launch/slot.ts";
import { makeLog } from "../log.ts";
import { gpuName } from "../numbers.ts";

/** `viga executor --slot gpu1 --gpu 1`: an engine pinned to one device, serving one slot. */
export function executorCommand(): Command {
  return new Command("executor")
    .description("run an engine pinned to one GPU (or the CPU) and serve a slot with it")
    .requiredOption("--slot <NAME>", "name of the slot, like gpu1 or cpu", (text) => {
      if (!slotName.safeParse(text).success) throw new InvalidArgumentError("expected 1 to 32 of A-Z a-z 0-9 _ -");
      return text;
    })
    .option("--gpu <GPU>", "number or UUID of the only GPU the engine sees; absent: the CPU", gpuName)
    .addOption(new Option("--engine <NAME>", "which engine").choices([...engineNames]).default("blender"))
    .addOption(
      new Option(
        "--isolation <KIND>",
        "how jobs are kept apart; default: the best that the self-test finds safe",
      ).choices(isolation.options),
    )
    .option("--bus <URL>", "NATS server; default: the bus of the newest run here (output/latest/bus.json)")
    .option("--creds <FILE>", "NATS credentials file")
    .option("--out <DIR>", "output folder of the run to join")
    .action(async (options: ExecutorOptions) => {
      const signal = stopSignal();
      const log = makeLog(options.slot);
      const joined = await joinBus(
        { ...options, user: slotUser(options.slot) },
        `viga executor ${options.slot}`,
        signal,
        log,
      );
      if (joined.run !== null) log.keepIn((await readSpec(joined.bus, joined.run, signal)).out);
      const ending = new AbortController();
      const stop = AbortSignal.any([signal, ending.signal]);
      void untilOver(joined, stop).then(() => ending.abort());
      try {
        await runSlot({
          bus: joined.bus,
          engineName: options.engine,
          slot: options.slot,
          gpu: options.gpu ?? null,
          ...(options.isolation === undefined ? {} : { isolation: options.isolation }),
          signal: stop,
          log,
          onReady: (card, pid) =>
            log(
              `${card.engine} ${card.version} ready (${card.isolation}, ${card.devices.join(", ")}, pid ${pid ?? "-"})`,
            ),
        });
        if (signal.aborted) process.exitCode = 130;
      } finally {
        // An executor that cannot go on must not wait for the end of the run with its process.
        ending.abort();
        await joined.bus.close();
      }
    });
}

interface ExecutorOptions {
  slot: string;
  gpu?: Gpu;
  engine: string;
  isolation?: Isolation;
  bus?: string;
  creds?: string;
  out?: string;
}
