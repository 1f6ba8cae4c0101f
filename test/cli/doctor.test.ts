import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { machineRows } from "../../cli/doctor/machine.ts";
import { atLeast, versionIn } from "../../cli/doctor/probe.ts";
import { programRows } from "../../cli/doctor/programs.ts";
import { doctorExit, mendCommand, type Row, rowsAsJson, rowsAsTable } from "../../cli/doctor/row.ts";

const scratch = mkdtempSync(join(tmpdir(), "viga-doctor-"));
afterAll(() => rmSync(scratch, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

const row = (over: Partial<Row>): Row => ({
  name: "blender",
  version: "3.4.1",
  ok: true,
  required: true,
  needed_for: "rendering",
  how_to_get: "",
  apt: [],
  ...over,
});
const missing = row({ ok: false, version: null, apt: ["blender"], how_to_get: "apt-get install blender" });

function byName(rows: readonly Row[], name: string): Row {
  return rows.find((each) => each.name === name)!;
}

/** A program that answers any call with these words. */
function fake(name: string, says: string, code = 0): string {
  const file = join(scratch, name);
  writeFileSync(file, `#!/bin/sh\necho '${says}'\nexit ${code}\n`);
  chmodSync(file, 0o755);
  return file;
}

describe("what doctor concludes", () => {
  it("is exit 0 where only optional things are missing, and 3 with one command where something required is", () => {
    const optional = row({ name: "ffmpeg", ok: false, required: false, apt: ["ffmpeg"] });
    expect(doctorExit([row({}), optional])).toBe(0);
    const nats = row({ name: "nats-server", ok: false, apt: ["nats-server"] });
    expect(doctorExit([missing, nats, optional])).toBe(3);
    expect(mendCommand([missing, nats, optional], true)).toBe(
      "apt-get update && apt-get install -y --no-install-recommends blender nats-server",
    );
    expect(mendCommand([missing], false)).toMatch(/^sudo apt-get update && sudo apt-get install/);
    expect(mendCommand([row({ ok: false, how_to_get: "npm ci" })])).toBe("npm ci");
    expect(mendCommand([row({})])).toBeNull();
  });

  it("is a table with a line each, advice and a last word", () => {
    const text = rowsAsTable([row({}), missing]);
    expect(text).toContain("ok       blender  3.4.1      rendering\n");
    expect(text).toContain("MISSING  blender  not found  rendering\n");
    expect(text).toContain("  blender: apt-get install blender\n");
    expect(text.trimEnd().split("\n").at(-1)).toContain("to mend it: ");
    expect(
      rowsAsTable([row({})])
        .trimEnd()
        .split("\n")
        .at(-1),
    ).toBe("ready: a run can start");
  });

  it("is JSON with a schema version", () => {
    expect(JSON.parse(rowsAsJson([row({})]))).toEqual({ schema: 1, ok: true, mend: null, checks: [row({})] });
    expect(JSON.parse(rowsAsJson([missing]))).toMatchObject({ ok: false, mend: expect.stringContaining("blender") });
  });
});

describe("system programs", () => {
  it("are required by the modes that use them", async () => {
    vi.stubEnv("PATH", "/nowhere");
    const gym = await programRows("blendergym");
    const pages = await programRows("design2code");
    const slides = await programRows("autopresent");
    expect(byName(slides, "libreoffice")).toMatchObject({ ok: false, required: true });
    expect(byName(pages, "libreoffice").required).toBe(false);
    expect(byName(gym, "blender")).toMatchObject({ ok: false, version: null, required: true });
    expect(byName(gym, "chromium").required).toBe(false);
    expect(byName(pages, "chromium")).toMatchObject({
      ok: false,
      required: true,
      apt: ["chromium", "fonts-liberation", "fonts-dejavu-core"],
    });
    expect(byName(pages, "blender").required).toBe(false);
    expect(mendCommand(pages, true)).toContain("chromium");
  });

  it("are found where their variable points, and old, dumb or silent ones are said to be", async () => {
    vi.stubEnv("VIGA_BLENDER", fake("blender", "Blender 3.0.1"));
    vi.stubEnv("VIGA_NATS_SERVER", fake("nats", "nats-server: v2.9.10"));
    vi.stubEnv("VIGA_BWRAP", fake("bwrap", "no", 1));
    const rows = await programRows();
    expect(byName(rows, "nats-server")).toMatchObject({ version: "2.9.10", ok: true });
    expect(byName(rows, "blender")).toMatchObject({
      ok: false,
      version: "3.0.1",
      how_to_get: "3.0.1 is too old; 3.4 or newer is needed (point VIGA_BLENDER to it)",
      apt: [],
    });
    expect(byName(rows, "bubblewrap").how_to_get).toContain("is there but does not answer");
    expect(byName(rows, "python in blender").ok).toBe(false);
  });

  it("have versions that compare number by number", () => {
    expect(versionIn("bubblewrap 0.8.0")).toBe("0.8.0");
    expect(versionIn("no digits")).toBeNull();
    expect(versionIn(null)).toBeNull();
    expect(atLeast("3.10", "3.4")).toBe(true);
    expect(atLeast("2.93.1", "3.4")).toBe(false);
    expect(atLeast("3.4", "3.4.0")).toBe(true);
  });
});

describe("the machine", () => {
  it("is looked at without leaving anything behind", async () => {
    const out = join(scratch, "not", "yet", "made");
    const rows = await machineRows(out);
    expect(byName(rows, "node")).toMatchObject({ ok: true, version: process.versions.node });
    expect(byName(rows, "output folder")).toMatchObject({ ok: true, version: "writable" });
    expect(byName(rows, "disk space").version).toMatch(/GiB free$/);
    expect(readdirSync(scratch)).not.toContain("not");
  });

  it("whose output place is no folder is said to have none", async () => {
    const file = join(scratch, "file");
    writeFileSync(file, "");
    mkdirSync(join(scratch, "dir"), { recursive: true });
    const found = byName(await machineRows(join(file, "out")), "output folder");
    expect(found).toMatchObject({ ok: false, required: true });
    expect(found.how_to_get).toContain("--out");
  });

  it("is tried for namespaces without bubblewrap, which scenes do not need", async () => {
    vi.stubEnv("VIGA_BWRAP", "/nowhere/bwrap");
    const row = byName(await machineRows(scratch), "user namespaces");
    expect(["work", "refused"]).toContain(row.version);
    expect(row.ok).toBe(row.version === "work");
    expect(byName(await programRows("static_scene"), "bubblewrap")).toMatchObject({ ok: false, required: false });
  });
});
