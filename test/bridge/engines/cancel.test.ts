import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Isolation } from "../../../bridge/engines/contract.ts";
import { cube, type Lab, limits, openLab, quality } from "./lab.ts";

describe.each<Isolation>(["fork", "cold"])("a job that is cancelled, isolation %s", (isolation) => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab({ isolation });
  }, 60_000);
  afterAll(() => lab.close());

  const start = async (program: string, signal: AbortSignal) => {
    const dir = await lab.folder();
    const patient = { ...limits, seconds: 3600 };
    return lab.engine.run({ job: "c", program, views: [], quality, limits: patient, dir, keep: "c" }, signal);
  };
  const endless = "import time\nwhile True: time.sleep(0.1)\n";

  // Without the cancelling nothing here would ever settle.
  it("ends at work and while it waits, and the next one runs", async () => {
    const stop = new AbortController();
    const jobs = [start(endless, stop.signal), start(endless, stop.signal)];
    const next = lab.run(cube);
    setTimeout(() => stop.abort(), 1500);
    for (const job of jobs) expect(await job).toMatchObject({ ok: false, error: { type: "Cancelled" } });
    expect((await next).ok).toBe(true);
  }, 60_000);

  it("before it began never runs", async () => {
    const state = await start("raise SystemError('ran')", AbortSignal.abort());
    expect(state).toMatchObject({ ok: false, error: { type: "Cancelled" } });
  });
});
