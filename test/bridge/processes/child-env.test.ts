import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createCommandGenerator } from "../../../actors/players/command/command.ts";
import { startBusServer } from "../../../bridge/bus/server.ts";
import { childEnv } from "../../../bridge/processes/child-env.ts";
import { aContext, fakeIO } from "../../actors/players/fakes.ts";

beforeEach(() => {
  process.env.PLANTED_API_KEY = "sk-planted-0123456789abcdef";
});
afterEach(() => {
  delete process.env.PLANTED_API_KEY;
});

describe("programs that are not viga's own", () => {
  it("see a variable only where it is named, and one that is not set is an error that names it", () => {
    expect(Object.keys(childEnv())).not.toContain("PLANTED_API_KEY");
    expect(childEnv(["PLANTED_API_KEY"]).PLANTED_API_KEY).toBe("sk-planted-0123456789abcdef");
    expect(() => childEnv(["NOT_THERE"], "roles.generator.env")).toThrow(
      "roles.generator.env: NOT_THERE not set in the environment",
    );
  });

  it("that play a role inherit no key", async () => {
    const script = 'console.log(JSON.stringify({code: "# " + (process.env.PLANTED_API_KEY ?? "none")}))';
    const code = async (env?: string[]) => {
      const shell = `'${process.execPath}' -e '${script}'`;
      const player = createCommandGenerator({ command: shell, shell: true, ...(env === undefined ? {} : { env }) });
      const move = await player.write(aContext(), fakeIO());
      return move.type === "programs" ? move.candidates[0]!.code : move.reason;
    };
    expect(await code()).toBe("# none");
    expect(await code(["PLANTED_API_KEY"])).toContain("sk-planted");
  });

  it("nats-server among them", async () => {
    const dir = await mkdtemp(join(tmpdir(), "viga-env-"));
    const server = await startBusServer({ dir });
    try {
      const environment = await readFile(`/proc/${server.pid}/environ`, "utf8");
      expect(environment).toContain("PATH=");
      expect(environment).not.toContain("PLANTED");
    } finally {
      await server.stop();
      await rm(dir, { recursive: true, force: true });
    }
  });
});
