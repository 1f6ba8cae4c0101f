import { readFile } from "node:fs/promises";
import {
  connect,
  credsAuthenticator,
  DiscardPolicy,
  type JetStreamClient,
  type JetStreamManager,
  type KV,
  type NatsConnection,
  nanos,
  RetentionPolicy,
  StorageType,
} from "nats";
import { VigaError } from "../../config/errors.ts";
import { buckets, streams } from "./subjects.ts";

export interface BusAddress {
  url: string;
  token?: string | undefined;
  /** Path of a NATS credentials file. */
  creds?: string | undefined;
}

/** An open connection with its streams and buckets in place. Only bridge/bus sees the `nats` types. */
export interface Bus {
  readonly address: BusAddress;
  readonly nc: NatsConnection;
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  readonly actors: KV;
  readonly slots: KV;
  close(): Promise<void>;
}

/**
 * Connects, reconnecting for ever (a killed server comes back on the same port), and creates what is missing.
 * @param options.timeout milliseconds to wait for the first connection
 */
export async function openBus(address: BusAddress, options: { name: string; timeout?: number }): Promise<Bus> {
  const nc = await dial(address, options.name, options.timeout ?? 5000);
  // Short: a request that was under way when the server died is lost, and asked again.
  const js = nc.jetstream({ timeout: 1000 });
  const jsm = await nc.jetstreamManager({ timeout: 5000 }).catch((cause: unknown) => {
    void nc.close();
    throw new VigaError("bus_unreachable", `the NATS server at ${address.url} has no JetStream`, {
      cause,
      hint: "start it with -js, or leave bus.url out so that viga starts its own",
    });
  });
  await ensureStreams(jsm);
  const actors = await js.views.kv(buckets.actors, { history: 1, storage: StorageType.File });
  const slots = await js.views.kv(buckets.slots, { history: 1, storage: StorageType.File });
  return {
    address,
    nc,
    js,
    jsm,
    actors,
    slots,
    async close() {
      await nc.close();
    },
  };
}

async function dial(address: BusAddress, name: string, timeout: number): Promise<NatsConnection> {
  const creds = address.creds === undefined ? undefined : await readCreds(address.creds);
  try {
    return await connect({
      servers: address.url,
      name,
      timeout,
      ...(address.token === undefined ? {} : { token: address.token }),
      ...(creds === undefined ? {} : { authenticator: credsAuthenticator(creds) }),
      maxReconnectAttempts: -1,
      reconnectTimeWait: 100,
      reconnectJitter: 50,
      pingInterval: 10_000,
    });
  } catch (cause) {
    const refused = /authorization/i.test(String(cause));
    throw new VigaError("bus_unreachable", `cannot ${refused ? "log in to" : "reach"} the bus at ${address.url}`, {
      cause,
      retry: refused ? "never" : "same",
      hint: refused ? "give its token or credentials with --creds" : "is the run still going, and the address right?",
    });
  }
}

async function readCreds(path: string): Promise<Uint8Array> {
  return readFile(path).catch((cause: unknown) => {
    throw new VigaError("not_found", `cannot read the credentials file ${path}`, { cause });
  });
}

async function ensureStreams(jsm: JetStreamManager): Promise<void> {
  const wanted = [
    { name: streams.mailbox, subjects: ["viga.mbx.>"], retention: RetentionPolicy.Limits },
    { name: streams.event, subjects: ["viga.evt.>"], retention: RetentionPolicy.Limits },
    { name: streams.job, subjects: ["viga.job.>"], retention: RetentionPolicy.Workqueue },
    { name: streams.deadLetter, subjects: ["viga.dlq.>"], retention: RetentionPolicy.Limits },
  ];
  const existing = new Set<string>();
  for await (const info of jsm.streams.list()) existing.add(info.config.name);
  for (const stream of wanted) {
    if (existing.has(stream.name)) continue;
    await jsm.streams.add({
      ...stream,
      storage: StorageType.File,
      discard: DiscardPolicy.New,
      duplicate_window: nanos(120_000),
      // A runaway sender is refused rather than filling the disk.
      max_msgs_per_subject: stream.name === streams.mailbox ? 200_000 : -1,
    });
  }
}
