import { writeFile } from "node:fs/promises";
import { serveSlot } from "../actors/slot/slot.ts";
import { openBus } from "../bridge/bus/connection.ts";
import { stubEngine } from "../test/harness/stub-engine.ts";
import type { Span } from "./throughput.ts";

/** A slot of `npm run bench -- throughput` in a process of its own; writes down when its engine worked, at SIGTERM. */
const [url = "", slot = "", delay = "0", scratch = "", out = ""] = process.argv.slice(2);
const stop = new AbortController();
process.once("SIGTERM", () => stop.abort());

const spans: Span[] = [];
const engine = stubEngine({ delay: Number(delay) });
const run = engine.run.bind(engine);
engine.run = async (request) => {
  const from = performance.timeOrigin + performance.now();
  const state = await run(request);
  spans.push({ slot, from, to: performance.timeOrigin + performance.now() });
  return state;
};
const bus = await openBus({ url, token: process.env.THROUGHPUT_TOKEN }, { name: `throughput ${slot}` });
await serveSlot({ bus, engineName: "blender", slot, engine, scratch, signal: stop.signal, log: () => undefined });
await writeFile(out, JSON.stringify(spans));
await bus.close();
