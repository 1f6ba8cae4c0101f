import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { checkBase } from "../../config/check-inputs.ts";
import { resolveConfig } from "../../config/loader.ts";

const folder = mkdtempSync(join(tmpdir(), "viga-odd-values-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("values that look right at first", () => {
  it.each([
    ["bus: { url: 'nats://host:99999' }", "bus.url: expected a port from 1 to 65535"],
    ["roles: { generator: 'command:node \"a b\"' }", "quotes are not read in a command"],
    ["stop: { max_rounds: .inf }", "got Infinity"],
  ])("%s is refused where it stands", (yaml, said) => {
    const file = join(folder, "viga.yaml");
    writeFileSync(file, `mode: static_scene\n${yaml}\n`);
    expect(() => resolveConfig({ config: file, cwd: folder })).toThrow(said);
    expect(() => resolveConfig({ config: file, cwd: folder })).toThrow("viga.yaml:2");
  });

  it("a .blend of seven bytes is told to be cut short", async () => {
    const path = join(folder, "a.blend");
    writeFileSync(path, "BLENDER");
    await expect(checkBase(path)).rejects.toThrow("is cut short (7 bytes)");
  });
});
