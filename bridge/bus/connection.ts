import {
  connect,
  credsAuthenticator,
  DiscardPolicy,
  ErrorCode,
  type JetStreamClient,
  type JetStreamManager,
  type KV,
  type NatsConnection,
  nanos,
  RetentionPolicy,
  StorageType,
} from "nats";
import { VigaError } from "../../config/errors.ts";
import { readSmallFile } from "../files/small-file.ts";
import type { BusAddress } from "./address.ts";
import { owner } from "./credentials.ts";
import { persist } from "./persist.ts";
import { buckets, streams } from "./subjects.ts";

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
  const { jsm, actors, slots } = await prepare(nc, js).catch((cause: unknown) => {
    void nc.close();
    throw new VigaError("bus_unreachable", `the NATS server at ${address.url} has no JetStream, or no answer from it`, {
      cause,
      hint: "start it with -js, or leave bus.url out so that viga starts its own",
    });
  });
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

/** Milliseconds in which a server that was killed and started again meanwhile must have answered. */
const patience = 10_000;

/** Finds or makes streams and buckets. All of it may be asked again: the server may die while we ask. */
async function prepare(nc: NatsConnection, js: JetStreamClient): Promise<Pick<Bus, "jsm" | "actors" | "slots">> {
  if (nc.info?.jetstream !== true) throw new Error("JetStream is not enabled");
  const signal = AbortSignal.timeout(patience);
  const jsm = await nc.jetstreamManager({ timeout: 1000, checkAPI: false });
  await persist(signal, () => ensureStreams(jsm));
  const bucket = (name: string) =>
    persist(signal, () => js.views.kv(name, { history: 1, storage: StorageType.File, timeout: 1000 }));
  return { jsm, actors: await bucket(buckets.actors), slots: await bucket(buckets.slots) };
}

/** Milliseconds for one attempt: the client would wait for ever for a server that dies during the handshake. */
const attemptTimeout = 1500;

/** A connection that reconnects for ever; `timeout` is for the first, milliseconds. Throws `bus_unreachable`. */
export async function dial(address: BusAddress, name: string, timeout: number): Promise<NatsConnection> {
  for (const started = Date.now(); ; ) {
    const left = timeout - (Date.now() - started);
    try {
      return await attempt(address, name, Math.max(1, Math.min(attemptTimeout, left)));
    } catch (error) {
      const cut = error instanceof VigaError && /TIMEOUT|ECONNRESET/.test(String(error.cause));
      if (!cut || left <= attemptTimeout) throw error;
    }
  }
}

async function attempt(address: BusAddress, name: string, timeout: number): Promise<NatsConnection> {
  const creds = address.creds === undefined ? undefined : readCreds(address.creds);
  try {
    return await connect({
      servers: address.url,
      name,
      timeout,
      // The client drops the scheme: without this a server that offers no TLS would be spoken to in the clear.
      ...(/^tls:/i.test(address.url) ? { tls: {} } : {}),
      ...loginOf(address),
      ...(creds === undefined ? {} : { authenticator: credsAuthenticator(creds) }),
      maxReconnectAttempts: -1,
      reconnectTimeWait: 100,
      reconnectJitter: 50,
      pingInterval: 10_000,
    });
  } catch (cause) {
    throw unreachable(address.url, cause);
  }
}

/** A server asks for a token or for a user, and does not look at the other. */
function loginOf({ user, token }: BusAddress) {
  if (token === undefined) return {};
  return user === undefined ? { token, user: owner, pass: token } : { user, pass: token };
}

/** What a failed connection means, with what to do about it. */
function unreachable(url: string, cause: unknown): VigaError {
  const code = String((cause as { code?: unknown } | undefined)?.code ?? "");
  const fail = (message: string, hint: string, retry: "same" | "never" = "never") =>
    new VigaError("bus_unreachable", message, { cause, retry, hint });
  if (code === ErrorCode.AuthorizationViolation) {
    const hint = "give its credentials: bus.creds in viga.yaml, or --creds for observe, ctl, role and executor";
    return fail(`cannot log in to the bus at ${url}`, hint);
  }
  if (code === ErrorCode.ServerOptionNotAvailable) {
    return fail(
      `the server at ${url} offers no TLS`,
      "set TLS up there, or write nats:// where the way to it is private",
    );
  }
  if (/CERT|SIGNATURE|ALTNAME/.test(code)) {
    const hint = "name the file of its authority in NODE_EXTRA_CA_CERTS, and the server as its certificate does";
    return fail(`the certificate of the bus at ${url} is not trusted (${code})`, hint);
  }
  const hint = "is a NATS server running there, and are host and port right? A run's own bus ends with its run";
  return fail(`cannot reach the bus at ${url}`, hint, "same");
}

function readCreds(path: string): Uint8Array {
  let text: string;
  try {
    text = readSmallFile(path);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new VigaError("not_found", `cannot read the credentials file ${path}: ${why}`, {
      cause,
      hint: "check the path: bus.creds in viga.yaml, or --creds",
    });
  }
  if (/-----BEGIN NATS USER JWT-----/.test(text)) return new TextEncoder().encode(text);
  throw new VigaError("config_invalid", `${path} is no NATS credentials file`, {
    hint: "it holds a user JWT and a seed, each between BEGIN and END lines: nsc generate creds writes one",
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
