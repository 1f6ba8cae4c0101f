import { readdirSync, statSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startBlender } from "../../../bridge/engines/blender.ts";
import { killTree, treeOf } from "../../../bridge/processes/tree.ts";
import { eventually, limits } from "./lab.ts";

test("the weak sandbox runs no job as root: where a job's own user cannot pass, the engine says so", async () => {
  const closed = await mkdtemp(join(tmpdir(), "viga-closed-"));
  await chmod(closed, 0o700);
  await mkdir(join(closed, "scratch"));
  process.env.VIGA_SANDBOX = "weak";
  try {
    const starting = startBlender({ scratch: join(closed, "scratch"), cpus: 1, isolation: "fork" });
    // A plain user's jobs are that user's, who passes its own folders.
    if (process.getuid?.() === 0) await expect(starting).rejects.toThrow(`${closed} is closed`);
    else await (await starting).close();
  } finally {
    delete process.env.VIGA_SANDBOX;
    await rm(closed, { recursive: true, force: true });
  }
}, 60_000);

/** Users of jobs begin here (skills/sandbox/sandbox.py). */
const firstUser = 1_900_000_000;

function userOf(pid: number | string): number {
  try {
    return statSync(`/proc/${pid}`).uid;
  } catch {
    return 0;
  }
}

const processesOf = (user: number) =>
  readdirSync("/proc").filter((name) => /^\d+$/.test(name) && userOf(name) === user);

/** Processes that are gone, each with a child in its place, before anyone who lists them could end them. */
const fleeing = `
import os, time
for _ in range(4):
    if os.fork() == 0:
        os.setsid()
        while True:
            if os.fork(): os._exit(0)
time.sleep(60)
`;

test.runIf(process.getuid?.() === 0)(
  "what fled from a killed engine's job ends when the next engine starts",
  async () => {
    const scratch = await mkdtemp(join(tmpdir(), "viga-fled-"));
    process.env.VIGA_SANDBOX = "weak";
    try {
      const engine = await startBlender({ scratch, cpus: 1, isolation: "fork" });
      const dir = join(scratch, "job");
      await mkdir(dir);
      const job = { job: "flees", program: fleeing, views: [], quality: { px: 64, samples: 1 }, limits, dir };
      const running = engine.run(job).catch(() => undefined);
      let user = 0;
      // What reads the program for its lint is a job as well, with a user of its own.
      const fled = () => {
        const users = treeOf(engine.pid!).map(({ pid }) => userOf(pid));
        user = users.find((uid) => uid >= firstUser && processesOf(uid).length > 4) ?? 0;
        return user > 0;
      };
      expect(await eventually(fled, 20_000)).toBe(true);
      killTree(engine.pid);
      await running;
      expect(await eventually(() => processesOf(user).length > 0)).toBe(true);
      const next = await startBlender({ scratch, cpus: 1, isolation: "fork" });
      expect(await eventually(() => processesOf(user).length === 0)).toBe(true);
      await next.close();
    } finally {
      delete process.env.VIGA_SANDBOX;
      await rm(scratch, { recursive: true, force: true });
    }
  },
  120_000,
);
