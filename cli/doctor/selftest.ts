import { mkdir, readFile, rm, stat } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { openBus } from "../../bridge/bus/connection.ts";
import { makeEnvelope, parseEnvelope } from "../../bridge/bus/envelope.ts";
import { follow } from "../../bridge/bus/follow.ts";
import { publish } from "../../bridge/bus/publish.ts";
import { startBusServer } from "../../bridge/bus/server.ts";
import { mailboxSubject, streams } from "../../bridge/bus/subjects.ts";
import { startBlender } from "../../bridge/engines/blender.ts";
import { defaultLimits, type Engine } from "../../bridge/engines/contract.ts";
import { checkScratchRoot, makeScratch } from "../../bridge/processes/scratch.ts";
import { toVigaError } from "../../config/errors.ts";
import { escapes } from "./escapes.ts";
import type { Row } from "./row.ts";

type Base = Pick<Row, "name" | "needed_for" | "required" | "apt">;

export async function check(
  base: Base,
  work: () => Promise<{ version: string; how?: string; ok?: boolean }>,
): Promise<Row> {
  try {
    const { version, how, ok } = await work();
    return { ...base, version, ok: ok ?? true, how_to_get: how ?? "" };
  } catch (thrown) {
    const error = toVigaError(thrown);
    return {
      ...base,
      version: null,
      ok: false,
      how_to_get: [error.message, error.hint].filter((part) => part).join("; "),
    };
  }
}

export async function inTemp<T>(work: (dir: string) => Promise<T>): Promise<T> {
  const dir = await makeScratch("doctor");
  try {
    return await work(dir);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Starts a nats-server and sends a message through a stored mailbox and back. */
export function busCheck(): Promise<Row> {
  return check({ name: "bus round trip", needed_for: "every run", required: true, apt: [] }, () =>
    inTemp(async (dir) => {
      const server = await startBusServer({ dir });
      try {
        const bus = await openBus({ url: server.url, token: server.token }, { name: "viga doctor" });
        const subject = mailboxSubject("doctor", "memory");
        const from = performance.now();
        await publish(
          bus,
          subject,
          makeEnvelope({ id: "doctor/1", source: "doctor", type: "ping", subject: "doctor", data: {} }),
        );
        for await (const stored of follow(bus, streams.mailbox, subject, 1, AbortSignal.timeout(5000))) {
          if (parseEnvelope(stored.bytes).type === "ping") break;
        }
        const spent = performance.now() - from;
        await bus.close();
        return { version: `${spent.toFixed(1)} ms` };
      } finally {
        await server.stop();
      }
    }),
  );
}

/** Its rows before this one have been quick, or this one is not asked for. */
const bootSeconds = 40;

/** Starts the engine: which isolation its self-test chose; a program that renders; programs that try to escape. */
export async function engineChecks(): Promise<Row[]> {
  const engineRow = { name: "engine self-test", needed_for: "3D modes", required: true, apt: [] };
  const noScratch = await checkScratchRoot().then(
    () => null,
    (error: unknown) =>
      check(engineRow, () => {
        throw error;
      }),
  );
  if (noScratch !== null) return [noScratch];
  return inTemp(async (dir) => {
    const rows: Row[] = [];
    let engine: Engine | null = null;
    rows.push(
      await check(engineRow, async () => {
        engine = await startBlender({ scratch: dir, bootSeconds });
        const jobs = join(dir, "render");
        await mkdir(jobs, { mode: 0o777 });
        const program =
          "import bpy\nbpy.ops.mesh.primitive_cube_add()\nbpy.ops.object.camera_add(location=(0,-6,0),rotation=(1.5708,0,0))\nbpy.context.scene.camera=bpy.context.object";
        const state = await engine.run({
          job: "doctor",
          program,
          views: [{ camera: null, name: "render" }],
          quality: { px: 32, samples: 1 },
          limits: defaultLimits,
          dir: jobs,
        });
        if (!state.ok) throw new Error(`a cube does not render: ${state.error?.message ?? "no picture"}`);
        const { card } = engine;
        const notes = card.isolationNotes.join("; ");
        return { version: `${card.version}, ${card.isolation}, ${card.devices.join(" ")}`, how: notes };
      }),
    );
    const started = engine as Engine | null;
    if (started === null) return rows;
    try {
      rows.push(await sandboxCheck(started, join(dir, "sandbox")));
    } finally {
      await started.close();
    }
    return rows;
  });
}

/** A server of this machine, and how often it was reached. */
async function listener(): Promise<{ port: number; reached(): number; close(): void }> {
  let reached = 0;
  const server = createServer((socket) => {
    reached += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { port: (server.address() as AddressInfo).port, reached: () => reached, close: () => server.close() };
}

/** Runs a program that tries to get out; what got out is told by name. */
function sandboxCheck(engine: Engine, dir: string): Promise<Row> {
  return check(
    { name: "sandbox self-test", needed_for: "running programs of models", required: true, apt: [] },
    async () => {
      await mkdir(dir, { mode: 0o777 });
      const canary = `${dir}-outside`;
      const server = await listener();
      process.env.VIGA_DOCTOR_SECRET = "planted";
      const state = await engine.run({
        job: "escape",
        program: escapes(canary, server.port),
        views: [],
        quality: { px: 16, samples: 1 },
        limits: { ...defaultLimits, seconds: 30 },
        dir,
      });
      delete process.env.VIGA_DOCTOR_SECRET;
      server.close();
      const report = JSON.parse(await readFile(join(dir, "escapes.json"), "utf8")) as Record<string, boolean>;
      // Judged from outside: a sandbox may show its job a /tmp of its own, where it can write what nobody else sees.
      report["wrote outside"] = await stat(canary).then(
        () => true,
        () => false,
      );
      report["reached the network"] ||= server.reached() > 0;
      const out = Object.keys(report).filter((name) => report[name]);
      const { sandbox } = engine.card;
      const weaker = sandbox.notes.join("; ");
      if (out.length > 0) throw new Error(`a program got out: ${out.join(", ")}${weaker ? ` (${weaker})` : ""}`);
      const layers = (
        ["namespaces", "readOnlyRoot", "noNetwork", "seccomp", "landlock", "unprivileged"] as const
      ).filter((name) => sandbox[name]);
      return {
        version: `${Object.keys(report).length} ways out tried, none found (${layers.join(", ")})`,
        how: weaker,
        ok: state.ok,
      };
    },
  );
}
