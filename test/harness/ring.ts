import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { specKey } from "../../actors/run/bus-keys.ts";
import { hostedRoles, playRole, type RoleOptions } from "../../actors/run/roles.ts";
import { serveSlot } from "../../actors/slot/slot.ts";
import { ArtifactStore } from "../../bridge/artifacts/store.ts";
import { type Bus, openBus } from "../../bridge/bus/connection.ts";
import { makeEnvelope } from "../../bridge/bus/envelope.ts";
import { putCell } from "../../bridge/bus/kv.ts";
import { publish } from "../../bridge/bus/publish.ts";
import { type BusServer, startBusServer } from "../../bridge/bus/server.ts";
import { mailboxSubject } from "../../bridge/bus/subjects.ts";
import type { Engine } from "../../bridge/engines/contract.ts";
import { photometric } from "../../evaluators/photometric.ts";
import { type RunResult, type RunSpec, runSpecSchema } from "../../machines/domain/index.ts";
import { followTape } from "../../observers/follow.ts";
import type { TapeEvent } from "../../observers/observer.ts";
import { misfits } from "./events.ts";

export interface TestRing {
  dir: string;
  server: BusServer;
  bus: Bus;
  spec: RunSpec;
  store: ArtifactStore;
  /** Events of the tape so far. */
  events: TapeEvent[];
  start: (options: {
    players: NonNullable<RoleOptions["players"]>;
    slots?: Record<string, Engine>;
    roles?: readonly (typeof hostedRoles)[number][];
  }) => AbortController;
  begin: () => Promise<void>;
  finished: (signal?: AbortSignal) => Promise<RunResult>;
  /** Rejects where an event of the tape fits no schema. */
  close: () => Promise<void>;
}

/**
 * A bus, a run and a place for it; target: a grey picture of level 100; programs are grey levels (stub engine).
 * @param beside a ring whose bus this one shares; it must be closed after this one
 */
export async function testRing(
  change: (spec: RunSpec) => RunSpec = (spec) => spec,
  beside?: TestRing,
): Promise<TestRing> {
  const dir = await mkdtemp(join(tmpdir(), "viga-test-"));
  const server = beside?.server ?? (await startBusServer({ dir: join(dir, "bus") }));
  const bus = beside?.bus ?? (await openBus({ url: server.url, token: server.token }, { name: "test" }));
  const store = new ArtifactStore(join(dir, "artifacts"));
  const target = await sharp({ create: { width: 8, height: 8, channels: 3, background: { r: 100, g: 100, b: 100 } } })
    .png()
    .toBuffer();
  const spec = change({
    schema: runSpecSchema,
    viga: "test",
    run: "test-run",
    created: "2026-01-01T00:00:00.000Z",
    task: {
      mode: "blendergym",
      name: "test",
      text: "",
      targets: [{ name: "render1", image: await store.put(target) }],
      start: await store.put("200"),
      base: null,
      prompt: "none",
    },
    engine: "blender",
    output: "blender_file.blend",
    code_ending: "py",
    measurement: photometric.measurement,
    approve: "never",
    memory: {
      window: 4,
      candidates: 1,
      analyze: false,
      stop: { max_rounds: 10, plateau: { patience: 5, min_gain: "auto" }, budget: {}, max_failures: 4 },
    },
    views: [{ camera: null, name: "render1" }],
    render: { preview: { px: 8, samples: 1 }, final: { px: 8, samples: 1 } },
    limits: { seconds: 20, memory_mb: 6144 },
    seed: 0,
    out: dir,
    config: {
      roles: {
        generator: { player: "solver", spec: { kind: "solver", argument: null }, profile: null },
        verifier: { player: "pixels", spec: { kind: "pixels", argument: null }, profile: null },
      },
      shadow: {},
      refine: "none",
      baseline: "none",
    },
  });
  await putCell(bus.actors, specKey(spec.run), spec);
  const stop = new AbortController();
  const events: TapeEvent[] = [];
  const served: Promise<unknown>[] = [];
  return {
    dir,
    server,
    bus,
    spec,
    store,
    events,
    start({ players, slots = {}, roles = hostedRoles }) {
      const part = new AbortController();
      const signal = AbortSignal.any([stop.signal, part.signal]);
      const log = () => undefined;
      for (const role of roles)
        served.push(playRole({ bus, run: spec.run, role, signal, log, players }).catch(() => undefined));
      for (const [slot, engine] of Object.entries(slots)) {
        served.push(
          serveSlot({
            bus,
            engineName: "blender",
            slot,
            engine,
            scratch: join(dir, `scratch-${slot}`),
            signal,
            log,
          }).catch(() => undefined),
        );
      }
      return part;
    },
    async begin() {
      const { out, measurement, output, code_ending, config } = spec;
      const { generator, verifier } = config.roles;
      const players = { generator: generator.player, verifier: verifier.player };
      const facts = { mode: spec.task.mode, out, measurement, output, code_ending, players, config };
      const data = { task: spec.task, memory: spec.memory, facts } as unknown as Record<string, unknown>;
      const source = `${spec.run}/launcher`;
      const message = makeEnvelope({ id: `${spec.run}/begin`, source, type: "begin", subject: "x", sequence: 1, data });
      await publish(bus, mailboxSubject(spec.run, "supervisor"), message);
    },
    finished(signal = stop.signal) {
      const keep = { on: (event: TapeEvent) => void events.push(event), close: async () => undefined };
      return followTape(bus, spec.run, store, [keep], signal);
    },
    async close() {
      stop.abort();
      await Promise.allSettled(served);
      if (beside === undefined) {
        await bus.close();
        await server.stop();
      }
      await rm(dir, { recursive: true, force: true });
      const wrong = misfits(events);
      if (wrong.length > 0) throw new Error(`events that fit no schema: ${wrong.join("; ")}`);
    },
  };
}
