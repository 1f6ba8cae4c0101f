import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Bus, openBus } from "../../bridge/bus/connection.ts";
import { type BusServer, startBusServer } from "../../bridge/bus/server.ts";

export interface TestBus {
  dir: string;
  server: BusServer;
  bus: Bus;
  /** SIGKILLs nats-server; it comes back on the same port with its store. */
  kill: () => void;
  close: () => Promise<void>;
}

/** A real nats-server on a random port with a store of its own. */
export async function testBus(): Promise<TestBus> {
  const dir = await mkdtemp(join(tmpdir(), "viga-bus-"));
  const server = await startBusServer({ dir });
  const bus = await openBus({ url: server.url, token: server.token }, { name: "test" });
  return {
    dir,
    server,
    bus,
    kill() {
      if (server.pid !== undefined) process.kill(server.pid, "SIGKILL");
    },
    async close() {
      await bus.close();
      await server.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
