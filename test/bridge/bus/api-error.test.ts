import { afterAll, beforeAll, expect, test } from "vitest";
import { type apiErrors, isApiError } from "../../../bridge/bus/api-error.ts";
import { lastSequence } from "../../../bridge/bus/follow.ts";
import { releaseJob } from "../../../bridge/bus/jobs.ts";
import { mailboxSubject, streams } from "../../../bridge/bus/subjects.ts";
import { type TestBus, testBus } from "../../harness/bus.ts";

let it: TestBus;
beforeAll(async () => {
  it = await testBus();
});
afterAll(() => it.close());

const subject = mailboxSubject("nobody", "memory");

test("what a real server refuses is told apart by its number", async () => {
  const refused = async (request: Promise<unknown>) => {
    const error = await request.then(
      () => null,
      (thrown: unknown) => thrown,
    );
    const reasons: (keyof typeof apiErrors)[] = ["consumerNotFound", "noMessageFound", "wrongLastSequence"];
    return reasons.filter((reason) => isApiError(error, reason));
  };
  await it.bus.actors.put("actor.here", "1");
  expect(await refused(it.bus.jsm.consumers.info(streams.job, "nobody"))).toEqual(["consumerNotFound"]);
  expect(await refused(it.bus.jsm.streams.getMessage(streams.mailbox, { last_by_subj: subject }))).toEqual([
    "noMessageFound",
  ]);
  expect(await refused(it.bus.actors.update("actor.here", "2", 99))).toEqual(["wrongLastSequence"]);
  expect(await refused(it.bus.jsm.streams.info("nowhere"))).toEqual([]);
  expect(await refused(Promise.reject(new Error("no message found")))).toEqual([]);
});

test("an empty subject has the last sequence 0, but a missing stream is an error", async () => {
  expect(await lastSequence(it.bus, streams.mailbox, subject)).toBe(0);
  await expect(lastSequence(it.bus, "nowhere", subject)).rejects.toThrow("stream not found");
});

test("a slot that never had a worker has no job to give out again", async () => {
  await releaseJob(it.bus, "blender", "new", new AbortController().signal);
});
