import { chmod, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startBlender } from "../../../bridge/engines/blender.ts";

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
