import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

const repository = resolve(import.meta.dirname, "../..");
const scratch = mkdtempSync(join(tmpdir(), "viga-setup-"));
chmodSync(scratch, 0o755);
afterAll(() => rmSync(scratch, { recursive: true }));

// As root the machine would really be changed; nobody may change nothing, and asks the fake sudo below.
const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

/** A checkout with the real set-up, a fake command, and a PATH that holds nothing but fakes. */
class Machine {
  readonly root = mkdtempSync(join(scratch, "m-"));
  readonly bin = join(this.root, "bin");

  constructor(programs: readonly string[]) {
    for (const folder of ["cli", "bin", "node_modules", "examples/placement"]) {
      mkdirSync(join(this.root, folder), { recursive: true });
    }
    cpSync(join(repository, "cli/setup"), join(this.root, "cli/setup"), { recursive: true });
    cpSync(join(repository, "cli/launcher.mjs"), join(this.root, "cli/launcher.mjs"));
    this.file("package.json", '{ "type": "module" }');
    this.file("cli/main.ts", "console.log(JSON.stringify(process.argv.slice(2) as string[]));\n");
    const lock = JSON.stringify({
      packages: {
        "": {},
        "node_modules/zod": { version: "4.0.0" },
        "node_modules/mac": { version: "1.0.0", optional: true },
      },
    });
    this.file("package-lock.json", lock);
    this.file(
      "node_modules/.package-lock.json",
      JSON.stringify({ packages: { "node_modules/zod": { version: "4.0.0" } } }),
    );
    for (const name of ["sh", "touch", "printf", "env", "chmod", "mkdir"]) {
      const real = [`/bin/${name}`, `/usr/bin/${name}`].find(existsSync);
      if (real) symlinkSync(real, join(this.bin, name));
    }
    for (const name of programs) this.program(name, 'echo "Blender 3.4.1"');
    this.open();
  }

  file(name: string, content: string): void {
    mkdirSync(dirname(join(this.root, name)), { recursive: true });
    writeFileSync(join(this.root, name), content);
  }

  /** A shell script on PATH that notes how it was called. */
  program(name: string, script = ""): void {
    this.file(`bin/${name}`, `#!/bin/sh\necho "${name} $*" >> ${this.root}/calls\n${script}\n`);
    chmodSync(join(this.bin, name), 0o755);
  }

  /** apt-get and what belongs to it. `install` is the script that runs for an installation. */
  debian({ known = true, install = "", sudo = 'shift; [ "$1" = true ] || exec "$@"' } = {}): this {
    this.program(
      "apt-cache",
      `[ ${known ? "1" : `-f ${this.root}/updated`} ] && printf 'x:\\n  Candidate: 1.2\\n' || true`,
    );
    this.program(
      "apt-get",
      `case "$*" in
  *--print-uris*) printf '0 upgraded, 3 newly installed, 0 to remove\\nNeed to get 0 B/88.5 MB of archives.\\nAfter this operation, 301 MB of additional disk space will be used.\\n';;
  *update*) touch ${this.root}/updated;;
  *install*) ${install || ":"};;
esac`,
    );
    this.program("sudo", sudo);
    return this;
  }

  open(): void {
    spawnSync("chmod", ["-R", "a+rwX", this.root]);
  }

  get env(): NodeJS.ProcessEnv {
    return { PATH: this.bin, HOME: this.root };
  }

  run(
    args: readonly string[],
    env: NodeJS.ProcessEnv = {},
    script = "cli/setup/setup.mjs",
    node: readonly string[] = [],
  ) {
    this.open();
    const done = spawnSync(process.execPath, [...node, join(this.root, script), ...args], {
      cwd: this.root,
      env: { ...this.env, ...env },
      encoding: "utf8",
      ...user,
    });
    return { code: done.status, out: done.stdout, err: done.stderr };
  }

  start(script: string, env: NodeJS.ProcessEnv = {}): ChildProcess {
    this.open();
    return spawn(process.execPath, [join(this.root, script), "demo"], {
      cwd: this.root,
      env: { ...this.env, ...env },
      ...user,
    });
  }

  get calls(): string[] {
    const file = join(this.root, "calls");
    return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
  }
}

const giveBlender = (machine: Machine, version = "3.4.1"): string =>
  `printf '#!/bin/sh\\necho Blender ${version}\\n' > ${machine.bin}/blender; chmod 755 ${machine.bin}/blender`;

describe("a machine that has everything", () => {
  it("hands over to the command at once, with its arguments and exit code", () => {
    const machine = new Machine(["blender", "bwrap", "nats-server"]);
    const demo = machine.run(["demo", "--set", "candidates=2"]);
    expect(demo).toEqual({
      code: 0,
      err: "",
      out: '["run","--config","examples/demo.yaml","--set","candidates=2"]\n',
    });
    machine.file("cli/main.ts", "process.exit(7);\n");
    expect(machine.run(["demo"]).code).toBe(7);
    expect(machine.calls).toEqual([]);
  });

  it("only says what it would do with --plan", () => {
    const machine = new Machine(["blender", "bwrap", "nats-server"]);
    const plan = machine.run(["demo", "--plan"]);
    expect(plan).toEqual({
      code: 0,
      out: "",
      err: "set-up: would start: node cli/main.ts run --config examples/demo.yaml\n",
    });
  });

  it.each([
    ["web", ["bwrap", "chromium"]],
    ["slides", ["bwrap", "soffice"]],
  ])("asks for no Blender where the hostile set of %s is run", (engine, programs) => {
    const plan = new Machine(programs).run(["hostile", "--plan", engine]);
    expect(plan).toEqual({ code: 0, out: "", err: `set-up: would start: node test/hostile/run.ts ${engine}\n` });
  });

  it("knows only its four commands", () => {
    const machine = new Machine([]);
    expect(machine.run(["dmo"])).toMatchObject({
      code: 2,
      err: 'set-up: expected one of demo, test, chaos, hostile, bench, generate, got "dmo"\n',
    });
  });
});

describe("missing system programs", () => {
  it("are named with the command to type where there is no apt-get", () => {
    const machine = new Machine(["nats-server", "bwrap"]);
    const { code, err } = machine.run(["demo"]);
    expect(code).toBe(3);
    expect(err).toContain("missing: blender (runs and renders programs; Debian packages blender, python3-numpy)");
    expect(err).toContain("this is no Debian or Ubuntu");
  });

  it("are installed where sudo asks no password, without suggestions of other packages, and the command starts", () => {
    const machine = new Machine(["nats-server", "bwrap"]);
    machine.debian({ install: giveBlender(machine) });
    const { code, out, err } = machine.run(["demo"]);
    expect(err).toContain("to install: blender python3-numpy (3 packages, 88.5 MB to download, 301 MB on disk)");
    expect(out).toContain('["run","--config","examples/demo.yaml"]');
    expect(code).toBe(0);
    expect(machine.calls).toContain("apt-get -y -q --no-install-recommends install blender python3-numpy");
    expect(machine.calls.some((call) => call.includes("update"))).toBe(false);
    // The second start installs nothing.
    const before = machine.calls.length;
    expect(machine.run(["demo"]).code).toBe(0);
    expect(machine.calls.slice(before).filter((call) => !call.startsWith("blender"))).toEqual([]);
  });

  it("make apt refresh its lists first where it does not know them", () => {
    const machine = new Machine(["nats-server", "bwrap"]);
    machine.debian({ known: false, install: giveBlender(machine) });
    expect(machine.run(["demo"]).code).toBe(0);
    const steps = machine.calls.filter((call) => call.startsWith("apt-get") && !call.includes("--print-uris"));
    expect(steps).toEqual(["apt-get -q update", "apt-get -y -q --no-install-recommends install blender python3-numpy"]);
  });

  it("are tried twice, with fresh lists, and then explained", () => {
    const machine = new Machine(["nats-server", "bwrap"]);
    machine.debian({ install: "exit 100" });
    const { code, err } = machine.run(["demo"]);
    expect(code).toBe(3);
    expect(
      machine.calls.filter((call) => call.includes(" install blender") && call.startsWith("apt-get -y -q")),
    ).toHaveLength(2);
    expect(err).toContain("apt-get failed");
    expect(err).toContain("apt-get install -y --no-install-recommends blender python3-numpy");
  });

  it.each([
    ["sudo wants a password", { sudo: "exit 1" }, {}, "sudo wants a password"],
    ["a person forbade it", {}, { VIGA_INSTALL: "never" }, "VIGA_INSTALL=never is set"],
  ])("are left to the person where %s", (_title, debian, env, reason) => {
    const machine = new Machine(["nats-server"]).debian(debian);
    const { code, err } = machine.run(["demo"], env);
    expect(code).toBe(3);
    expect(err).toContain(reason);
    expect(err).toMatch(/apt-get update && .*apt-get install -y --no-install-recommends blender python3-numpy/);
    expect(machine.calls.some((call) => call.startsWith("apt-get"))).toBe(false);
  });

  it("are not installed by --plan", () => {
    const machine = new Machine(["nats-server", "bwrap"]).debian();
    const { code, err } = machine.run(["demo", "--plan"]);
    expect(code).toBe(0);
    expect(err).toContain("would install: blender python3-numpy (3 packages");
    expect(
      machine.calls.filter((call) => call.startsWith("apt-get")).every((call) => call.includes("--print-uris")),
    ).toBe(true);
  });

  it("that are too old after installing are said to be", () => {
    const machine = new Machine(["nats-server", "bwrap"]);
    machine.debian({ install: giveBlender(machine, "3.0.1") });
    const { code, err } = machine.run(["demo"]);
    expect(code).toBe(3);
    expect(err).toContain("this system's Blender is 3.0.1; viga needs 3.4 or newer");
  });
});

describe("missing packages", () => {
  const npm = (machine: Machine, script: string): void => machine.program("npm", script);

  it("are installed by npm ci, with those for this platform, once", () => {
    const machine = new Machine(["blender", "bwrap", "nats-server"]);
    rmSync(join(machine.root, "node_modules"), { recursive: true });
    npm(machine, `mkdir -p ${machine.root}/node_modules`);
    const first = machine.run(["demo"]);
    expect(first.err).toContain("packages: not installed yet; running npm ci");
    expect(machine.calls).toEqual([expect.stringMatching(/^npm ci --include=dev --include=optional/)]);
    expect(first.code).toBe(0);
    expect(machine.run(["demo"]).err).toBe("");
    expect(machine.calls).toHaveLength(1);
  });

  it("are installed again when package-lock.json changes", () => {
    const machine = new Machine(["blender", "bwrap", "nats-server"]);
    npm(machine, "");
    expect(machine.run(["demo"]).err).toBe("");
    machine.file("package-lock.json", '{ "packages": { "": {}, "node_modules/zod": { "version": "4.0.1" } } }');
    expect(machine.run(["demo"]).err).toContain("not the versions of package-lock.json");
  });

  it("end set-up where npm fails or is not there", () => {
    const machine = new Machine(["blender", "bwrap", "nats-server"]);
    rmSync(join(machine.root, "node_modules"), { recursive: true });
    expect(machine.run(["demo"])).toMatchObject({
      code: 3,
      err: expect.stringContaining("npm is not on PATH"),
    });
    npm(machine, "exit 1");
    expect(machine.run(["demo"])).toMatchObject({
      code: 3,
      err: expect.stringContaining("npm ci failed (exit 1)"),
    });
  });
});

describe("signals", () => {
  it.each(["SIGINT", "SIGTERM"] as const)(
    "%s reaches the command once, and its exit code comes back",
    async (signal) => {
      const machine = new Machine(["blender", "bwrap", "nats-server"]);
      machine.file(
        "cli/main.ts",
        `let seen = 0;
for (const name of ["SIGINT", "SIGTERM"]) process.on(name, () => { seen++; setTimeout(() => process.exit(40 + seen), 700); });
setInterval(() => {}, 1000);
console.log("ready");
`,
      );
      const child = machine.start("cli/setup/setup.mjs");
      await new Promise<void>((ready) => child.stdout?.once("data", () => ready()));
      child.kill(signal);
      // npm passes on a signal that the terminal has already sent.
      if (signal === "SIGINT") child.kill(signal);
      const code = await new Promise((done) => child.once("exit", done));
      expect(code).toBe(41);
    },
  );
});

describe("the launcher", () => {
  const old = [
    "--import",
    "data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.1.0'}})",
  ];

  it("starts viga on a Node that will do", () => {
    const machine = new Machine([]);
    expect(machine.run(["run", "x y"], {}, "cli/launcher.mjs")).toEqual({
      code: 0,
      err: "",
      out: '["run","x y"]\n',
    });
  });

  it("says what to run where the packages are missing", () => {
    const machine = new Machine([]);
    rmSync(join(machine.root, "node_modules"), { recursive: true });
    const { code, err } = machine.run([], {}, "cli/launcher.mjs");
    expect(code).toBe(3);
    expect(err).toContain(`cd "${machine.root}" && npm ci`);
  });

  it("hands over to the bundled Node under an older one, and passes arguments and exit code", () => {
    const machine = new Machine([]);
    expect(machine.run([], {}, "cli/launcher.mjs", old)).toMatchObject({
      code: 3,
      err: expect.stringContaining("needs Node 24 or newer; this is 20.1.0"),
    });
    const bundled = join(machine.root, `node_modules/node-linux-${process.arch}/bin`);
    mkdirSync(bundled, { recursive: true });
    symlinkSync(process.execPath, join(bundled, "node"));
    machine.file("cli/main.ts", "console.log(process.argv[2]);\nprocess.exit(5);\n");
    expect(machine.run(["doctor"], {}, "cli/launcher.mjs", old)).toEqual({
      code: 5,
      err: "",
      out: "doctor\n",
    });
  });
});
