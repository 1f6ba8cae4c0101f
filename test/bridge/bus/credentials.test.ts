import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type NatsConnection } from "nats";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bus, openBus } from "../../../bridge/bus/connection.ts";
import { observer, slotUser } from "../../../bridge/bus/credentials.ts";
import { makeEnvelope } from "../../../bridge/bus/envelope.ts";
import { follow } from "../../../bridge/bus/follow.ts";
import { serveJobs } from "../../../bridge/bus/jobs.ts";
import { putCell, readCell } from "../../../bridge/bus/kv.ts";
import { publish } from "../../../bridge/bus/publish.ts";
import { type BusServer, startBusServer } from "../../../bridge/bus/server.ts";
import { buckets, eventSubject, jobSubject, streams } from "../../../bridge/bus/subjects.ts";

let dir: string;
let server: BusServer;
let bus: Bus;
const signal = new AbortController().signal;
const event = eventSubject("r", "memory", "round");

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "viga-credentials-"));
  server = await startBusServer({ dir, executors: { engine: "blender", slots: ["gpu0", "gpu1"] } });
  bus = await openBus({ url: server.url, token: server.token }, { name: "owner" });
  await publish(bus, event, makeEnvelope({ id: "e1", source: "t", type: "round", subject: "r", data: {} }), signal);
});
afterAll(async () => {
  await bus.close();
  await server.stop();
  await rm(dir, { recursive: true, force: true });
});

const as = (user: string): Promise<NatsConnection> =>
  connect({ servers: server.url, user, pass: server.others[user]!, maxReconnectAttempts: 0 });

/** Whether the server took a message: what a login may not send it refuses. */
async function mayPublish(user: string, subject: string): Promise<boolean> {
  const client = await as(user);
  const told = (async () => {
    for await (const status of client.status()) if (status.type === "error") return true;
    return false;
  })();
  client.publish(subject, "{}");
  await client.flush();
  const refused = await Promise.race([told, new Promise<boolean>((done) => setTimeout(() => done(false), 100))]);
  await client.close();
  return !refused;
}

describe("logins of a run's own bus", () => {
  it("an observer hears events and reads stored ones", async () => {
    const client = await as(observer);
    const heard = client.subscribe("viga.evt.r.>", { max: 1 });
    await client.flush();
    bus.nc.publish(event, "{}");
    for await (const message of heard) expect(message.subject).toBe(event);
    const jsm = await client.jetstreamManager({ checkAPI: false });
    expect((await jsm.streams.getMessage(streams.event, { seq: 1 })).subject).toBe(event);
    await client.close();
  });

  it.each([
    event,
    "viga.mbx.r.memory",
    "viga.ctl.r.stop",
    jobSubject("blender", "gpu0"),
    `$KV.${buckets.slots}.slot.blender.gpu0`,
    `$JS.API.STREAM.DELETE.${streams.event}`,
    `$JS.API.STREAM.PURGE.${streams.event}`,
    `$JS.API.STREAM.CREATE.MINE`,
    `$JS.API.STREAM.MSG.DELETE.${streams.event}`,
    `$JS.API.CONSUMER.CREATE.${streams.event}`,
    `$JS.API.CONSUMER.CREATE.${streams.event}.mine`,
    `$JS.API.STREAM.MSG.GET.${streams.mailbox}`,
  ])("an observer cannot send %s", async (subject) => {
    expect(await mayPublish(observer, subject)).toBe(false);
  });

  it("an observer hears no mailbox, and nobody comes in without a login", async () => {
    const client = await as(observer);
    const heard: unknown[] = [];
    client.subscribe(">", { callback: (error) => void heard.push(error) });
    await client.flush().catch(() => undefined);
    await expect.poll(() => heard[0]).toBeInstanceOf(Error);
    await client.close();
    await expect(connect({ servers: server.url, reconnect: false })).rejects.toThrow(/authorization/i);
    await expect(connect({ servers: server.url, user: observer, pass: "x", reconnect: false })).rejects.toThrow();
  });

  it("an executor serves its own slot, follows mailboxes and writes its own entry", async () => {
    const own = await openBus(
      { url: server.url, user: slotUser("gpu0"), token: server.others[slotUser("gpu0")] },
      { name: "gpu0" },
    );
    const ending = new AbortController();
    const jobs: string[] = [];
    const serving = serveJobs(own, "blender", "gpu0", ending.signal, async ({ bytes }) => {
      jobs.push(Buffer.from(bytes).toString());
    });
    bus.nc.publish(jobSubject("blender", "gpu0"), "one");
    await expect.poll(() => jobs).toEqual(["one"]);
    await putCell(own.slots, "slot.blender.gpu0", { beat: 1 });
    expect((await readCell(own.slots, "slot.blender.gpu0")).value).toEqual({ beat: 1 });
    for await (const { subject } of follow(own, streams.event, "viga.evt.r.>", 1, ending.signal)) {
      expect(subject).toBe(event);
      break;
    }
    ending.abort();
    await serving;
    await own.close();
  });

  it("an executor, which plays that role too, hands candidates to its engine's other slots", async () => {
    expect(await mayPublish(slotUser("gpu0"), jobSubject("blender", "gpu1"))).toBe(true);
  });

  it.each([
    jobSubject("slides", "gpu1"),
    "viga.evt.r.memory.round",
    "viga.ctl.r.stop",
    `$KV.${buckets.slots}.slot.blender.gpu1`,
    `$KV.${buckets.actors}.run.r`,
    `$JS.API.STREAM.DELETE.${streams.event}`,
    `$JS.API.CONSUMER.MSG.NEXT.${streams.job}.blender-gpu1`,
    `$JS.ACK.${streams.job}.blender-gpu1.1.1.1.1.0`,
  ])("an executor cannot send %s, which is not its slot's", async (subject) => {
    expect(await mayPublish(slotUser("gpu0"), subject)).toBe(false);
  });
});
