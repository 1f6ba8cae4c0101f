import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it, vi } from "vitest";
import { askProgram } from "../../../bridge/processes/ask-program.ts";
import { idleWatch, killTree } from "../../../bridge/processes/tree.ts";

it("a wrapper is ended with what it has started, which would hold its output open", async () => {
  const child = spawn("sh", ["-c", "sleep 300 & echo started; wait"], { stdio: ["ignore", "pipe", "ignore"] });
  await once(child.stdout!, "data");
  killTree(child.pid);
  await once(child, "close");
  expect(child.signalCode).toBe("SIGKILL");
});

it("a program that only waits is idle, and one that works is not", async () => {
  const [asleep, busy] = ["sleep 300", "while :; do :; done"].map((line) => spawn("sh", ["-c", line]));
  const [first, second] = [idleWatch(asleep!.pid), idleWatch(busy!.pid)];
  try {
    second();
    await vi.waitFor(() => expect(first()).toBe(true), { timeout: 20_000, interval: 200 });
    expect(second()).toBe(false);
    expect(idleWatch(undefined)()).toBe(false);
  } finally {
    for (const child of [asleep, busy]) killTree(child!.pid);
  }
});

it("a program is asked what it prints; one that hangs with its child is given up", async () => {
  expect(await askProgram("sh", ["-c", "echo one; echo two >&2"], 30)).toMatchObject({
    said: "one\ntwo",
    failed: false,
  });
  expect(await askProgram("/no/such/program", [], 30)).toMatchObject({ failed: true, timedOut: false });
  expect(await askProgram("sh", ["-c", "sleep 300; echo done"], 30)).toMatchObject({ said: "", timedOut: true });
  // A daemon that holds the output open is not waited for.
  const daemon = await askProgram("sh", ["-c", "setsid sleep 30 & echo one; exit 0"], 300);
  expect(daemon).toEqual({ said: "one", failed: false, timedOut: false });
}, 60_000);
