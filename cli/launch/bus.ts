import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { BusAddress } from "../../bridge/bus/address.ts";
import { type Bus, openBus } from "../../bridge/bus/connection.ts";
import type { SlotNames } from "../../bridge/bus/credentials.ts";
import { type BusServer, startBusServer } from "../../bridge/bus/server.ts";

/** A bus for runs: a server elsewhere, or one of our own that ends with `close`. */
export interface RunBus {
  bus: Bus;
  address: BusAddress;
  /** True when the server is ours, with its store in `dir`. */
  own: boolean;
  /** Passwords of others on our own server, by user. */
  others?: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export interface RunBusOptions {
  name: string;
  /** Folder for our own server's store; used when there is no address. */
  dir: string;
  /** A bus elsewhere; absent: our own server. */
  address?: BusAddress | undefined;
  natsServer?: string | undefined;
  /** Executors that get a login of their own on our own server. */
  executors?: SlotNames;
  log: (line: string) => void;
}

/** Opens the bus at the address given, or starts a server of our own. Throws `bus_unreachable`, `dependency_missing`. */
export async function openRunBus(options: RunBusOptions): Promise<RunBus> {
  const { name, dir, log } = options;
  if (options.address !== undefined) {
    const bus = await openBus(options.address, { name });
    return { bus, address: options.address, own: false, close: () => bus.close() };
  }
  const server: BusServer = await startBusServer({
    dir: join(dir, "bus"),
    ...(options.natsServer === undefined ? {} : { command: options.natsServer }),
    ...(options.executors === undefined ? {} : { executors: options.executors }),
    onRestart: (reason) => log(`${reason}; started again`),
  });
  const address = { url: server.url, token: server.token };
  try {
    const bus = await openBus(address, { name });
    return {
      bus,
      address,
      own: true,
      others: server.others,
      async close() {
        await bus.close();
        await server.stop();
      },
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** Removes what our own server stored for a run that is over; its log stays. */
export async function dropStore(out: string): Promise<void> {
  const dir = join(out, "bus");
  for (const name of (await readdir(dir).catch(() => [])).filter(isStoreFile)) {
    await rm(join(dir, name), { recursive: true, force: true });
  }
}

/** In the folder of our own server: its store and settings, as against its log. */
export const isStoreFile = (name: string) => !name.startsWith("nats.log");
