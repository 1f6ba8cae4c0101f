import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, it } from "vitest";

const served = join(import.meta.dirname, "../../../skills/worker/serve.ts");

it("a worker whose code fails ends at once, though nobody has asked it anything or closed its requests", async () => {
  const script = `import { serve } from ${JSON.stringify(served)};
void serve({}, async () => { setTimeout(() => { throw new Error("out of turn"); }, 50); return {}; });`;
  const worker = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    stdio: ["ignore", "ignore", "pipe", "pipe", "pipe"],
  });
  try {
    let said = "";
    worker.stderr!.on("data", (text) => {
      said += text;
    });
    const [code] = await once(worker, "close");
    expect(code).toBe(1);
    expect(said).toContain("out of turn");
  } finally {
    worker.kill("SIGKILL");
  }
});
