import { ErrorCode, NatsError } from "nats";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { persist } from "../../../bridge/bus/persist.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
});
afterEach(() => {
  vi.useRealTimers();
});

const refused = (code: number, err_code: number, description: string) => {
  const error = new NatsError(description, ErrorCode.JetStream404NoMessages);
  error.api_error = { code, err_code, description };
  return error;
};

it("a bus whose store is full is no bus to wait for", async () => {
  for (const error of [
    refused(503, 10023, "insufficient resources"),
    refused(500, 10047, "insufficient storage resources available"),
    refused(503, 10077, "write /x/1.blk: no space left on device"),
  ]) {
    const asked = persist(undefined, () => Promise.reject(error));
    await expect(asked).rejects.toMatchObject({ code: "bus_unreachable", message: expect.stringContaining("full") });
  }
});

it("one that is away is asked again, and given up after a minute with its own reason", async () => {
  let asked = 0;
  const busy = refused(503, 10008, "JetStream system temporarily unavailable");
  const answer = await persist(undefined, async () => {
    asked += 1;
    if (asked < 3) throw busy;
    return "stored";
  });
  expect([answer, asked]).toEqual(["stored", 3]);
  const gone = persist(undefined, () => {
    vi.setSystemTime(Date.now() + 40_000);
    return Promise.reject(busy);
  });
  await expect(gone).rejects.toMatchObject({
    code: "bus_unreachable",
    message: expect.stringMatching(/not answered for 60 s \(JetStream system temporarily unavailable\)/),
  });
});
