import { spawn } from "node:child_process";
import { existsSync, openSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { main, type Workplace, workplace } from "../harness/cli.ts";

let at: Workplace;
beforeAll(async () => {
  at = await workplace();
});
afterAll(() => at.close());

const viga = (args: string[], options: { cwd?: string; env?: Record<string, string> }) =>
  execa(process.execPath, [main, ...args], { cwd: at.dir, reject: false, stdin: "ignore", all: true, ...options });

/** Lines on stderr, but for that of a slow machine. */
const spoken = (text: string) =>
  text.split("\n").filter((line) => line !== "" && !line.startsWith("waiting for an executor"));

describe("a run that cannot start", () => {
  it("names a TMPDIR that does not exist, in a run and in the table of doctor, and makes nothing", async () => {
    const before = await readdir(at.dir);
    const env = { TMPDIR: join(at.dir, "not-there") };
    const run = await viga([...at.run, "--out", "no-tmp"], { env });
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toMatch(/^viga: TMPDIR .*not-there does not exist\n {6}set TMPDIR/);
    expect(await readdir(at.dir)).toEqual(before);
    const doctor = await viga(["doctor"], { env });
    expect(doctor.exitCode).toBe(3);
    expect(doctor.stdout).toMatch(/MISSING +engine self-test(.|\n)*TMPDIR .*not-there does not exist/);
  });

  it("is told of an output folder on a file system that takes none, instead of standing still", async () => {
    const run = await at.viga(...at.run, "--out", "/proc/viga-out/deep");
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain("cannot write to the output folder /proc/viga-out/deep");
  });

  it("is refused without executors, also in a dry run, where nobody else could start one", async () => {
    for (const more of [[], ["--dry-run"]]) {
      const run = await at.viga(...at.run, "--set", "executors=[]", "--out", "nobody", ...more);
      expect(run.exitCode).toBe(2);
      expect(run.stderr).toContain("executors: [] leaves nobody to run the programs");
    }
    expect(existsSync(join(at.dir, "nobody"))).toBe(false);
    const apart = await at.viga(...at.run, "--set", "executors=[]", "--hosts", "apart", "--dry-run");
    expect(apart.exitCode).toBe(0);
  });
});

describe("a program that hangs", () => {
  /** Does nothing, with a child that does nothing, except that it may know its version. */
  const stub = async (name: string, version: string) => {
    const path = join(at.dir, name);
    await writeFile(path, `#!/bin/sh\ncase "$1" in --version) ${version};; *) sleep 300;; esac\n`, { mode: 0o755 });
    return path;
  };
  it.each([
    ["nats_server", "sleep 300", /^viga: nats-server does not answer: .*deaf/],
    ["nats_server", "echo 2.10.0", /^viga: nats-server did not start: it hangs/],
    ["blender", "sleep 300", /^viga: blender does not answer: .*deaf/],
    ["blender", "echo Blender 3.4.1", /viga: Blender hangs: .*deaf.* was started and does nothing/],
  ])("%s (%s) ends the start with one line, and with all it has started", async (setting, version, line) => {
    const deaf = await stub(`deaf-${setting}-${version.length}`, version);
    const out = join(at.dir, `hung-${setting}-${version.length}`);
    const run = await at.viga(...at.run, "--set", `programs.${setting}=${deaf}`, "--out", out);
    expect(run.exitCode).toBe(3);
    expect(run.stderr).toMatch(line);
    if (setting === "nats_server") expect(existsSync(out)).toBe(false);
    const left = await execa("pgrep", ["-f", deaf], { reject: false });
    expect(left.stdout).toBe("");
  });
});

describe("output that cannot be written", () => {
  it("goes on when the reader of stdout leaves, without a word", async () => {
    const script = `"$0" "$@" --json --out left 2>left.err | head -1; exit "\${PIPESTATUS[0]}"`;
    const run = await execa("bash", ["-c", script, process.execPath, main, ...at.run], { cwd: at.dir, reject: false });
    expect(run.exitCode).toBe(0);
    expect(run.stdout.split("\n")).toHaveLength(1);
    expect(spoken(await readFile(join(at.dir, "left.err"), "utf8"))).toEqual([]);
    expect(existsSync(join(at.dir, "left", "report.html"))).toBe(true);
  });

  it("is told once and exits 1 when the disk under stdout is full; the run itself is whole", async () => {
    const child = spawn(process.execPath, [main, ...at.run, "--json", "--out", "full"], {
      cwd: at.dir,
      stdio: ["ignore", openSync("/dev/full", "w"), "pipe"],
    });
    let said = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect(spoken(said)).toEqual(["viga: cannot write to stdout: no space left on the device"]);
    expect(code).toBe(1);
    expect(existsSync(join(at.dir, "full", "report.html"))).toBe(true);
  });
});

/** A file system of this many KiB on a folder; false where this machine lets nobody mount one. */
async function mounted(folder: string, kib: number): Promise<boolean> {
  await mkdir(folder);
  const options = ["-t", "tmpfs", "-o", `size=${kib}k`, "tmpfs", folder];
  return !(await execa("mount", options, { reject: false })).failed;
}

describe("a full disk", () => {
  it("ends the run by itself, with one line that says so", async (context) => {
    const folder = join(at.dir, "small");
    if (!(await mounted(folder, 500))) return context.skip();
    try {
      const run = await at.viga(...at.run, "--out", join(folder, "run"));
      expect(run.exitCode).toBe(1);
      expect(run.stderr).toMatch(/disk is full/);
      expect(run.stderr).not.toMatch(/\n\s+at /);
    } finally {
      await execa("umount", [folder]);
    }
  });
});

describe("wrong usage", () => {
  it.each([["run", "--bogus"], ["ctl"], ["bogus"], ["model", "bogus"], ["run", "--hosts", "everywhere"]])(
    "is one JSON line with --json: %s %s",
    async (...args) => {
      const said = await at.viga(...args.filter((word) => word !== undefined), "--json");
      expect(said.exitCode).toBe(2);
      expect(JSON.parse(said.stdout)).toMatchObject({ schema: 1, error: { code: "input_invalid" } });
      expect(said.stderr).toBe("");
    },
  );
});

describe("relative paths", () => {
  it("are the caller's under npm, which starts elsewhere and says from where", async () => {
    const npm = { INIT_CWD: at.dir, npm_lifecycle_event: "viga" };
    const root = join(import.meta.dirname, "..", "..");
    const args = ["run", "--target", "task/target.png", "--start", "task/start.py", "--dry-run", "--json"];
    const under = await viga(args, { cwd: root, env: npm });
    expect(JSON.parse(under.stdout).targets[0].path).toBe(join(at.dir, "task", "target.png"));
    const direct = await viga(args, { cwd: root, env: { ...npm, npm_lifecycle_event: "other" } });
    expect(direct.exitCode).toBe(2);
  });

  it("hold for TMPDIR too: one that is relative is the caller's for every process of the run", async () => {
    const run = await viga([...at.run, "--out", "relative"], { env: { TMPDIR: "." } });
    expect(run.all).not.toContain("does not exist");
    expect(run.exitCode).toBe(0);
  });
});

describe("a run that fails", () => {
  it("on a base that cannot be opened ends after the start, and its last line is the cause", async () => {
    await writeFile(join(at.dir, "newer.blend"), "BLENDER17-01v9903 and no more");
    const run = await at.viga(...at.run, "--base", "newer.blend", "--out", "newer");
    expect(run.exitCode).toBe(1);
    const lines = run.all.trimEnd().split("\n");
    expect(lines.at(-1)).toMatch(/^viga: the base newer\.blend cannot be opened: saved by Blender 99\.3, this is \d/);
    expect(lines.join("\n")).not.toContain("round 1");
  });
});

describe("a dry run", () => {
  it("counts final pictures and the solver's rounds in seconds, tokens in money, and names keys that are missing", async () => {
    const dry = async (...args: string[]) => {
      const env = { ANTHROPIC_API_KEY: "", CLAUDE_API_KEY: "" };
      const run = await viga(["run", "--target", "task/target.png", "--dry-run", "--json", ...args], { env });
      expect(run.exitCode).toBe(0);
      return JSON.parse(run.stdout);
    };
    const rounds = ["--set", "stop.max_rounds=3", "--set", "render.final={px: 512, samples: 512}"];
    const plain = await dry("--config", "claude", ...rounds);
    expect(plain.missing).toEqual([expect.stringMatching(/^ANTHROPIC_API_KEY .*\(for claude/)]);
    expect(plain.at_most).toMatchObject({ rounds: 3, calls: 12 });
    expect(plain.at_most.input_tokens).toBe(4 * (1650 * 3 + 6000 * 2 + 460 * 3));
    expect(plain.engine_seconds).toBeGreaterThan(2 * 40);
    const refined = await dry("--config", "claude", "--set", "refine=solver", ...rounds);
    expect(refined.engine_seconds - plain.engine_seconds).toBe(refined.solver_seconds);
    expect(refined.solver_seconds).toBe(3 * 85);
    expect(plain.refine).toBeNull();
    expect(refined.refine).toEqual({ player: "solver", programs: 3, seconds_each: 85 });
  });

  it("refuses an output folder that holds a run", async () => {
    await mkdir(join(at.dir, "taken"));
    await writeFile(join(at.dir, "taken", "run.json"), "{}");
    const run = await at.viga(...at.run, "--out", "taken", "--dry-run");
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain("already holds a run");
  });
});
