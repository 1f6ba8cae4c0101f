import { createServer } from "node:net";
import { execa } from "execa";
import { type Bus, openBus } from "../../bridge/bus/connection.ts";

export interface OpenServer {
  url: string;
  bus: Bus;
  close: () => Promise<void>;
}

/** A nats-server without a login, as a user's own may be, and a connection to it. `store` is its folder. */
export async function openServer(store: string): Promise<OpenServer> {
  const port = await freePort();
  const server = execa("nats-server", ["-a", "127.0.0.1", "-p", String(port), "-js", "-sd", store], {
    reject: false,
    stdio: "ignore",
  });
  const url = `nats://127.0.0.1:${port}`;
  const bus = await connected(url);
  return {
    url,
    bus,
    async close() {
      await bus.close();
      server.kill();
      await server;
    },
  };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function connected(url: string): Promise<Bus> {
  for (let tried = 1; ; tried++) {
    try {
      return await openBus({ url }, { name: "test", timeout: 1000 });
    } catch (error) {
      if (tried > 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
