import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import sharp from "sharp";
import { z } from "zod";
import { openBus } from "../bridge/bus/connection.ts";
import { startBusServer } from "../bridge/bus/server.ts";
import { BatchFile, newBatch } from "../cli/launch/batch/batch-file.ts";
import { playTasks } from "../cli/launch/batch/play-batch.ts";
import { configOf } from "../cli/launch/batch/request.ts";
import { findTasks } from "../cli/launch/dataset/find-tasks.ts";
import { modeOf } from "../config/modes/index.ts";
import { type HandOut, handOut } from "./hand-out.ts";

/**
 * Does a batch keep its slots busy? Short jobs (a stub engine that sleeps) over two slots of one real nats-server, through
 * everything that `viga batch` does with a task: its folder, tape, roles, leases, measuring, report. Compared with the
 * ideal: the seconds inside of the engines, over two. Slots are processes of their own, as in a batch. Beside it, alone: the
 * processor time of handing jobs out and taking answers in. Usage: npm run bench -- throughput (THROUGHPUT_JOBS, THROUGHPUT_MS)
 */
const slots = ["a", "b"];
const workers = 6;
/** Programs of each task. */
const programs = 22;
/** Besides them: the start, the noise and what it leaves undecided drawn again, best and start at final quality. */
const jobsPerTask = programs + 7;

/** When a slot's engine worked, milliseconds of one clock. */
export const spanList = z.array(z.object({ slot: z.string(), from: z.number(), to: z.number() }));
export type Span = z.infer<typeof spanList>[number];

const spansFile = (dir: string, slot: string) => join(dir, `spans-${slot}.json`);

export async function throughput(): Promise<string> {
  const jobs = Number(process.env.THROUGHPUT_JOBS ?? 1000);
  const delay = Number(process.env.THROUGHPUT_MS ?? 400);
  const dir = await mkdtemp(join(tmpdir(), "viga-throughput-"));
  const server = await startBusServer({ dir: join(dir, "bus") });
  const address = { url: server.url, token: server.token };
  const bus = await openBus(address, { name: "throughput" });
  const stop = new AbortController();
  const served = slots.map((slot) => {
    const child = join(import.meta.dirname, "throughput-slot.ts");
    const args = [server.url, slot, String(delay), join(dir, `scratch-${slot}`), spansFile(dir, slot)];
    return execa(process.execPath, [child, ...args], {
      env: { THROUGHPUT_TOKEN: server.token },
      stdout: "inherit",
      stderr: "inherit",
    });
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
        settingsOf: () => ({ config, skills: {} }),
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
    for (const child of served) child.kill("SIGTERM");
    await Promise.all(served);
    const spans = (await Promise.all(slots.map((slot) => readFile(spansFile(dir, slot), "utf8")))).flatMap((text) =>
      spanList.parse(JSON.parse(text)),
    );
    const bad = file.batch.tasks.filter(({ status }) => status !== "done").length;
    return table(spans, wall, { cpuMs: (cpu.user + cpu.system) / 1000, handed: await handOut(jobsPerTask) }, bad);
  } finally {
    stop.abort();
    for (const child of served) child.kill("SIGKILL");
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

interface Spent {
  cpuMs: number;
  handed: HandOut;
}

function table(spans: readonly Span[], wall: number, { cpuMs, handed }: Spent, bad: number): string {
  const inside = spans.reduce((sum, { from, to }) => sum + (to - from), 0) / 1000;
  const ideal = inside / slots.length;
  const gaps = slots.flatMap((slot) => {
    const own = spans.filter((span) => span.slot === slot).sort((a, b) => a.from - b.from);
    return own.slice(1).map((span, n) => span.from - own[n]!.to);
  });
  const sorted = gaps.sort((a, b) => a - b);
  const at = (share: number) => (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(1);
  return [
    "| jobs | slots | tasks at once | wall s | ideal s (engine seconds / slots) | of the ideal | idle between two jobs of a slot, median ms | 90 % ms | processor ms a job, all roles and observers | of that, alone: handing out and taking in | and nats-server's own | tasks not done |",
    "|---|---|---|---|---|---|---|---|---|---|---|---|",
    `| ${spans.length} | ${slots.length} | ${workers} | ${wall.toFixed(1)} | ${ideal.toFixed(1)} | ${((100 * ideal) / wall).toFixed(1)} % | ${at(0.5)} | ${at(0.9)} | ${(cpuMs / spans.length).toFixed(1)} | ${handed.own.toFixed(1)} | ${handed.server?.toFixed(1) ?? "-"} | ${bad} |`,
  ].join("\n");
}
