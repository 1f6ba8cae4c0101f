import { join } from "node:path";
import { execa } from "execa";
import { expect, it } from "vitest";

const skills = join(import.meta.dirname, "..", "..", "..", "skills");
const program = `
import resource, subprocess, sys, threading, time, types
sys.dont_write_bytecode = True
package = types.ModuleType("viga_engine")
package.__path__ = [sys.argv[1]]
sys.modules["viga_engine"] = package
from viga_engine.sandbox import limits
for _ in range(40): threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
found = limits.tasks_of_user()
limits.apply({"memoryMb": 64, "fileMb": 1, "processes": 16}, False)
print(found > 40, resource.getrlimit(resource.RLIMIT_NPROC)[0] - found < 40, flush=True)
import os; os._exit(0)
`;

it("the limit on processes comes on top of what the user runs elsewhere, threads too", async () => {
  const { stdout } = await execa("python3", ["-c", program, skills]);
  expect(stdout).toBe("True True");
});
