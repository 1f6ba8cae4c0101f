// Started with descriptors open that are nobody's business: prints what a program finds of them.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startBlender } from "../../bridge/engines/blender.ts";
import { defaultLimits } from "../../bridge/engines/contract.ts";

const program = `
import os, stat
left = []
for fd in range(3, 1024):
    try:
        info = os.fstat(fd)
        # The engine's own script, which Blender has open to read.
        if os.readlink(f'/proc/self/fd/{fd}').endswith('backend/worker.py'): continue
    except OSError: continue
    for act in (lambda: os.write(fd, b'spore'), lambda: os.read(fd, 99)):
        try: act()
        except OSError: continue
        if stat.S_ISFIFO(info.st_mode) or stat.S_ISREG(info.st_mode) or stat.S_ISSOCK(info.st_mode): left.append(fd)
print('left', left)`;

const scratch = await mkdtemp(join(tmpdir(), "viga-inherited-"));
const engine = await startBlender({ scratch, cpus: 1, isolation: "fork" });
const job = { job: "inherited", views: [], quality: { px: 8, samples: 1 }, limits: { ...defaultLimits, seconds: 20 } };
const { ok, log } = await engine.run({ ...job, program, dir: await mkdtemp(join(scratch, "job-")) });
await engine.close();
await rm(scratch, { recursive: true, force: true });
process.stdout.write(JSON.stringify({ ok, log }));
