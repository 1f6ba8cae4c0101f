import { Command } from "commander";
import { readSpec } from "../../actors/run/read-spec.ts";
import { ArtifactStore } from "../../bridge/artifacts/store.ts";
import type { BusAddress } from "../../bridge/bus/address.ts";
import { observer } from "../../bridge/bus/credentials.ts";
import { follow, lastSequence } from "../../bridge/bus/follow.ts";
import { openReader, type Stored } from "../../bridge/bus/reader.ts";
import { streams } from "../../bridge/bus/subjects.ts";
import { VigaError } from "../../config/errors.ts";
import { plainJson } from "../../config/plain-text.ts";
import { describeEvent } from "../../observers/describe.ts";
import { toTapeEvent } from "../../observers/follow.ts";
import { stopSignal } from "../exit.ts";
import { findRun, joinBus, loginOf } from "../launch/join.ts";
import { print, printError } from "../print.ts";
import { stdoutClosed } from "../streams.ts";

/** `viga observe`: follows a run's tape, from its first event unless told otherwise. */
export function observeCommand(): Command {
  return new Command("observe")
    .description("follow a run's events, from the first; ends with the run")
    .argument("[RUN]", "run to follow; default: the newest here")
    .option("--from <WHERE>", "start (everything so far, then live) or now", "start")
    .option("--type <T>", "only events of this type, like round or call.reply")
    .option("--print-nats", "print the line for a plain NATS client and end")
    .option(
      "--bus <URL>",
      "NATS server, also with a login as --print-nats prints it; default: the bus of the newest run here (output/latest/bus.json)",
    )
    .option("--creds <FILE>", "NATS credentials file")
    .option("--out <DIR>", "output folder of the run")
    .option("--json", "one JSON object per event")
    .action(async (run: string | undefined, options: Options) => {
      if (options.from !== "start" && options.from !== "now") {
        throw new VigaError("input_invalid", `--from ${options.from}: expected start or now`);
      }
      // It does nothing but print: with its reader gone there is nothing left to do.
      const signal = AbortSignal.any([stopSignal(), stdoutClosed()]);
      const given = options.bus === undefined ? null : loginOf(options.bus);
      if (given?.user === observer && !options.printNats) {
        await readOnly(given, run, options, signal);
        if (signal.aborted && !stdoutClosed().aborted) process.exitCode = 130;
        return;
      }
      const joined = await joinBus(
        { ...options, live: options.printNats ? "any" : "named" },
        "viga observe",
        signal,
        (line) => printError(`${line}\n`),
      );
      try {
        const name = await findRun(joined, run);
        const subject = `viga.evt.${name}.>`;
        if (options.printNats) {
          const { url, token, user } = joined.bus.address;
          const password = joined.file?.others?.[observer];
          const login = password !== undefined ? `${observer}:${password}` : [user, token].filter(Boolean).join(":");
          const server = login === "" ? url : url.replace("://", `://${login}@`);
          const line = `nats --server ${server} subscribe "${subject}"`;
          const said = { schema: 1, server, stream: streams.event, subject, command: line };
          print(options.json ? `${plainJson(said)}\n` : `${line}\n`);
          return;
        }
        const store = await readSpec(joined.bus, name, signal).then(
          (spec) => new ArtifactStore(`${spec.out}/artifacts`),
          () => null,
        );
        const from = options.from === "now" ? (await lastSequence(joined.bus, streams.event, subject, signal)) + 1 : 1;
        await printEvents(follow(joined.bus, streams.event, subject, from, signal), store, options);
      } finally {
        await joined.bus.close();
      }
      if (signal.aborted && !stdoutClosed().aborted) process.exitCode = 130;
    });
}

/** With an observer's login, which may make nothing on the bus that a reader of all rights makes there. */
async function readOnly(given: BusAddress, named: string | undefined, options: Options, signal: AbortSignal) {
  const reader = await openReader(given, { name: "viga observe" });
  try {
    const run = named ?? (await reader.lastRun(signal));
    if (run === null)
      throw new VigaError("not_found", "no run on this bus yet", { hint: "start one: viga run TASK_DIR" });
    const subject = `viga.evt.${run}.>`;
    const from = options.from === "now" ? (await reader.lastSequence(subject, signal)) + 1 : 1;
    await printEvents(reader.follow(subject, from, signal), null, options);
  } finally {
    await reader.close();
  }
}

/** Until the run is finished. On another host the artifacts are not at hand: the event itself says enough. */
async function printEvents(events: AsyncIterable<Stored>, store: ArtifactStore | null, options: Options) {
  for await (const stored of events) {
    const event = await toTapeEvent(stored, store).catch(() => toTapeEvent(stored, null));
    if (options.type === undefined || event.type === options.type || event.type.startsWith(`${options.type}.`)) {
      print(options.json ? `${plainJson({ schema: 1, ...event })}\n` : `${describeEvent(event)}\n`);
    }
    if (event.type === "run.finished") break;
  }
}

interface Options {
  from: string;
  type?: string;
  printNats?: boolean;
  bus?: string;
  creds?: string;
  out?: string;
  json?: boolean;
}
