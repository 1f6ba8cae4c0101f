import { Argument, Command } from "commander";
import { parse } from "yaml";
import { type ControlVerb, controlVerbs, sendControl } from "../../actors/run/control.ts";
import { VigaError } from "../../config/errors.ts";
import { plainJson } from "../../config/plain-text.ts";
import { stopSignal } from "../exit.ts";
import { findRun, joinBus } from "../launch/join.ts";
import { print } from "../print.ts";

/** `viga ctl [RUN] VERB`: pause, resume, stop, set, approve. */
export function controlCommand(): Command {
  return new Command("ctl")
    .description("steer a running run: pause, resume, stop, set KEY=VALUE, approve [no]")
    .addArgument(new Argument("RUN", "run to steer; '-': the newest here"))
    .addArgument(new Argument("VERB", "what to do").choices([...controlVerbs]))
    .argument("[WORDS...]", "for set: stop.max_rounds=20, candidates=2; for approve: the round, and 'no' to refuse")
    .option("--bus <URL>", "NATS server; default: the bus of the newest run here")
    .option("--creds <FILE>", "NATS credentials file")
    .option("--out <DIR>", "output folder of the run")
    .option("--json", "answer as JSON")
    .action(async (run: string, verb: ControlVerb, words: string[], options: Options) => {
      const signal = stopSignal();
      const joined = await joinBus({ ...options, live: "any" }, "viga ctl", signal, () => undefined);
      try {
        const name = await findRun(joined, run === "-" ? undefined : run);
        await sendControl(joined.bus, name, verb, dataOf(verb, words));
        const said = { schema: 1, run: name, verb, ok: true };
        print(options.json ? `${plainJson(said)}\n` : `${verb}: told to run ${name}\n`);
      } finally {
        await joined.bus.close();
      }
    });
}

interface Options {
  bus?: string;
  creds?: string;
  out?: string;
  json?: boolean;
}

function dataOf(verb: ControlVerb, words: string[]): Record<string, unknown> {
  if (verb === "approve") {
    const t = words.map(Number).find((word) => Number.isInteger(word));
    if (t === undefined)
      throw new VigaError("input_invalid", "approve needs the round", {
        hint: "viga ctl RUN approve 3 (or: approve 3 no)",
      });
    return { t, ok: !words.includes("no") };
  }
  if (verb !== "set") return {};
  const stop: Record<string, unknown> = {};
  const data: Record<string, unknown> = {};
  for (const word of words) {
    const match = /^(stop\.max_rounds|stop\.budget|candidates)=(.+)$/.exec(word);
    if (!match?.[1] || !match[2]) {
      throw new VigaError("input_invalid", `cannot set "${word}" while running`, {
        hint: "stop.max_rounds=N, stop.budget={usd: 5, minutes: 30}, candidates=N",
      });
    }
    const value: unknown = parse(match[2]);
    if (match[1] === "candidates") data.candidates = value;
    else stop[match[1].slice("stop.".length)] = value;
  }
  if (words.length === 0)
    throw new VigaError("input_invalid", "set needs KEY=VALUE", { hint: "viga ctl RUN set stop.max_rounds=20" });
  return Object.keys(stop).length > 0 ? { ...data, stop } : data;
}
