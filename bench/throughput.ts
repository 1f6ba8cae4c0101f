import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { serveSlot } from "../actors/slot/slot.ts";
import { openBus } from "../bridge/bus/connection.ts";
import { startBusServer } from "../bridge/bus/server.ts";
import { BatchFile, newBatch } from "../cli/launch/batch/batch-file.ts";
import { playTasks } from "../cli/launch/batch/play-batch.ts";
import { configOf } from "../cli/launch/batch/request.ts";
import { findTasks } from "../cli/launch/dataset/find-tasks.ts";
import { modeOf } from "../config/modes/index.ts";
import { stubEngine } from "../test/harness/stub-engine.ts";

/**
 * Does a batch keep its slots busy? Short jobs (a stub engine that sleeps) over two slots of one real nats-server, through
 * everything that `viga batch` does with a task: its folder, tape, roles, leases, measuring, report. Compared with the
 * ideal: the seconds inside of the engines, over two. Usage: npm run bench -- throughput (THROUGHPUT_JOBS, THROUGHPUT_MS)
 */
const slots = ["a", "b"];
const workers = 6;
/** Programs of each task. */
const programs = 22;
/** Besides them: the start, the noise and what it leaves undecided drawn again, best and start at final quality. */
const jobsPerTask = programs + 7;

interface Span {
  slot: string;
  from: number;
  to: number;
}

export async function throughput(): Promise<string> {
  const jobs = Number(process.env.THROUGHPUT_JOBS ?? 1000);
  const delay = Number(process.env.THROUGHPUT_MS ?? 400);
  const dir = await mkdtemp(join(tmpdir(), "viga-throughput-"));
  const server = await startBusServer({ dir: join(dir, "bus") });
  const address = { url: server.url, token: server.token };
  const bus = await openBus(address, { name: "throughput" });
  const stop = new AbortController();
  const spans: Span[] = [];
  const served = slots.map((slot) => {
    const engine = stubEngine({ delay });
    const run = engine.run.bind(engine);
    engine.run = async (request) => {
      const from = performance.now();
      const state = await run(request);
      spans.push({ slot, from, to: performance.now() });
      return state;
    };
    const scratch = join(dir, `scratch-${slot}`);
    return serveSlot({ bus, engineName: "blender", slot, engine, scratch, signal: stop.signal, log: () => undefined });
  });
  try {
    await dataset(join(dir, "data"), Math.round(jobs / jobsPerTask));
    const sets = [
      `roles.generator=replay:${join(dir, "recording.json")}`,
      "stop.plateau=false",
      `stop.max_rounds=${programs}`,
    ];
    const config = configOf({ mode: "blendergym", cwd: dir, sets });
    const { tasks } = await findTasks(join(dir, "data"), modeOf("blendergym"));
    const out = join(dir, "out");
    await mkdir(out);
    const file = new BatchFile(out, newBatch("blendergym", join(dir, "data"), tasks));
    const runBus = { bus, address, own: true, close: async () => undefined };
    const nothing = () => undefined;
    const used = process.cpuUsage();
    const began = performance.now();
    const failed: unknown[] = [];
    await playTasks(
      file,
      runBus,
      {
        out,
        config,
        skills: {},
        workers,
        signal: stop.signal,
        log: nothing,
        began: nothing,
        heard: nothing,
        ended: async () => undefined,
      },
      stop.signal,
      (error) => failed.push(error),
    );
    const wall = (performance.now() - began) / 1000;
    const cpu = process.cpuUsage(used);
    if (failed.length > 0) throw failed[0];
    const bad = file.batch.tasks.filter(({ status }) => status !== "done").length;
    return table(spans, wall, (cpu.user + cpu.system) / 1000, bad);
  } finally {
    stop.abort();
    await Promise.allSettled(served);
    await bus.close();
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  }
}

/** Tasks whose goal no program of the recording reaches, so that every one of them is run. */
async function dataset(data: string, count: number): Promise<void> {
  const goal = await sharp({ create: { width: 8, height: 8, channels: 3, background: "#000000" } })
    .png()
    .toBuffer();
  for (let n = 1; n <= count; n++) {
    const task = join(data, `geometry${n}`);
    await mkdir(join(task, "renders", "goal"), { recursive: true });
    await writeFile(join(task, "start.py"), "250");
    await writeFile(join(task, "blender_file.blend"), "BLENDER-v306 and no more");
    await writeFile(join(task, "renders", "goal", "render1.png"), goal);
  }
  const generator = Array.from({ length: programs }, (_, n) => String(245 - 5 * n));
  await writeFile(join(data, "..", "recording.json"), JSON.stringify({ generator }));
}

function table(spans: readonly Span[], wall: number, cpuMs: number, bad: number): string {
  const inside = spans.reduce((sum, { from, to }) => sum + (to - from), 0) / 1000;
  const ideal = inside / slots.length;
  const gaps = slots.flatMap((slot) => {
    const own = spans.filter((span) => span.slot === slot).sort((a, b) => a.from - b.from);
    return own.slice(1).map((span, n) => span.from - own[n]!.to);
  });
  const sorted = gaps.sort((a, b) => a - b);
  const at = (share: number) => (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(1);
  return [
    "| jobs | slots | tasks at once | wall s | ideal s (engine seconds / slots) | of the ideal | idle between two jobs of a slot, median ms | 90 % ms | processor ms a job, all roles | tasks not done |",
    "|---|---|---|---|---|---|---|---|---|---|",
    `| ${spans.length} | ${slots.length} | ${workers} | ${wall.toFixed(1)} | ${ideal.toFixed(1)} | ${((100 * ideal) / wall).toFixed(1)} % | ${at(0.5)} | ${at(0.9)} | ${(cpuMs / spans.length).toFixed(1)} | ${bad} |`,
  ].join("\n");
}
