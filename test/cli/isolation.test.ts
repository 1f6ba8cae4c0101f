import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { slotKey } from "../../actors/run/bus-keys.ts";
import { slotEntry } from "../../actors/run/slots.ts";
import { readCell } from "../../bridge/bus/kv.ts";
import { startSlots } from "../../cli/launch/hosts.ts";
import { workplace } from "../harness/cli.ts";
import { testRing } from "../harness/ring.ts";

test("a slot's card says the isolation that its executor's entry asks for", async () => {
  const ring = await testRing();
  const stop = new AbortController();
  const slots = startSlots({
    mode: "inline",
    bus: ring.bus,
    engine: "blender",
    executors: [{ slot: "cpu", isolation: "cold" }],
    programs: {},
    out: ring.dir,
    signal: stop.signal,
    log: () => undefined,
  });
  try {
    const card = async () => {
      const { value } = await readCell<unknown>(ring.bus.slots, slotKey("blender", "cpu"));
      return slotEntry.safeParse(value).data?.card;
    };
    await expect.poll(card, { timeout: 50_000, interval: 200 }).toMatchObject({ engine: "blender", isolation: "cold" });
  } finally {
    stop.abort();
    await slots.ended;
    await ring.close();
  }
}, 60_000);

test("a run's executors take their isolation from the YAML, also in processes of their own", async () => {
  const at = await workplace();
  try {
    await writeFile(join(at.dir, "cold.yaml"), "executors: [{ slot: cpu, isolation: cold }]\n");
    const run = [...at.run, "--config", "cold.yaml", "--hosts", "processes", "--out", "out"];
    const planned = await at.viga(...run, "--dry-run");
    expect(planned.stdout).toContain("executors: cpu (cold)");
    const running = at.viga(...run);
    let said = "";
    running.all.on("data", (text) => (said += text));
    await expect.poll(() => said, { timeout: 50_000 }).toMatch(/blender \S+ ready \(cold, /);
    running.kill("SIGINT");
    await running;
  } finally {
    await at.close();
  }
}, 120_000);

test("an isolation that is none is refused, with those that are", async () => {
  const at = await workplace();
  try {
    const result = await at.viga("executor", "--slot", "cpu", "--isolation", "none");
    expect(result.exitCode).toBe(2);
    expect(result.all).toMatch(/--isolation .*fork, reset, cold/);
  } finally {
    await at.close();
  }
});
