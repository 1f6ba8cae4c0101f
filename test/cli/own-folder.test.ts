import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ArtifactStore } from "../../bridge/artifacts/store.ts";
import { writeAtomic } from "../../bridge/files/write-atomic.ts";
import { checkOwnFolder } from "../../cli/launch/own-folder.ts";
import { loadSpec } from "../../cli/launch/run-file.ts";
import { checkTrusted, markRun } from "../../cli/launch/run-mark.ts";
import type { RunSpec } from "../../machines/domain/index.ts";
import { createTape, readTape, tapeEnd } from "../../observers/tape.ts";

let root: string;
let out: string;
const state = process.env.XDG_STATE_HOME;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "viga-own-"));
  process.env.XDG_STATE_HOME = join(root, "state");
});
afterAll(async () => {
  if (state === undefined) delete process.env.XDG_STATE_HOME;
  else process.env.XDG_STATE_HOME = state;
  await rm(root, { recursive: true, force: true });
});
beforeEach(async () => {
  out = await mkdtemp(join(root, "run-"));
});

const mode = async (path: string) => (await stat(path)).mode & 0o777;

describe("programs that a run's folder names", () => {
  const role = (player: string, kind: string) => ({ player, spec: { kind, argument: null }, profile: null });
  const specOf = (config: object): RunSpec =>
    ({
      out,
      config: {
        roles: { generator: role("solver", "solver"), verifier: role("pixels", "pixels") },
        shadow: {},
        programs: {},
        skills: {},
        ...config,
      },
    }) as unknown as RunSpec;

  it.each([
    ["programs", { programs: { nats_server: "/tmp/evil" } }, "programs.nats_server: /tmp/evil"],
    ["skills", { skills: { mine: { command: ["/tmp/evil", "x"] } } }, "skills.mine: /tmp/evil x"],
    ["a shadow", { shadow: { verifier: role("command:/tmp/evil", "command") } }, "shadow.verifier: command:/tmp/evil"],
  ])("are refused where nobody marked it (%s), unless they are trusted", async (_, config, said) => {
    const spec = specOf(config);
    await writeFile(join(out, "run.json"), "{}");
    await expect(checkTrusted(spec, false)).rejects.toThrow(said);
    await checkTrusted(spec, true);
  });

  it("start where this user's viga wrote it here, and not once it was changed", async () => {
    const spec = specOf({ programs: { blender: "/opt/blender" } });
    await writeFile(join(out, "run.json"), "one");
    await markRun(out, "one");
    await checkTrusted(spec, false);
    expect(await mode(join(root, "state", "viga", "run-key"))).toBe(0o600);
    await writeFile(join(out, "run.json"), "two");
    await expect(checkTrusted(spec, false)).rejects.toMatchObject({ code: "input_invalid" });
  });

  it("need no mark where it names none", async () => {
    await checkTrusted(specOf({}), false);
  });
});

describe("a run's folder", () => {
  it("is gone on with only where nothing leads out of it", async () => {
    await mkdir(join(out, "renders", "1"), { recursive: true });
    await symlink("renders/1", join(out, "best"));
    await checkOwnFolder(out);
    await symlink(root, join(out, "renders", "2"));
    await expect(checkOwnFolder(out)).rejects.toThrow(/renders\/2 does not belong .* it leads out of it/);
  });

  it("is refused with a pipe in a file's place, which nothing waits for", async () => {
    for (const name of ["tape.jsonl", "run.json"]) execFileSync("mkfifo", [join(out, name)]);
    await expect(checkOwnFolder(out)).rejects.toThrow("neither a file nor a folder");
    await expect(readTape(out)).rejects.toMatchObject({ code: "not_found" });
    await expect(createTape({ out })).rejects.toThrow("is no file");
    expect(await tapeEnd(out)).toBeNull();
    await expect(loadSpec(out)).rejects.toMatchObject({ code: "not_found" });
  });

  it("is its user's own, whatever mode a program gave a file", async () => {
    const store = new ArtifactStore(join(out, "artifacts"));
    const picture = join(out, "a.png");
    await writeFile(picture, "x", { mode: 0o666 });
    const paths = [await store.pathOf(await store.putFile(picture)), await store.pathOf(await store.put("text"))];
    await writeAtomic(join(out, "codes", "1.py"), "x");
    for (const path of [...paths, join(out, "codes", "1.py")]) expect(await mode(path)).toBe(0o600);
    for (const folder of ["codes", "artifacts", "artifacts/sha256"]) expect(await mode(join(out, folder))).toBe(0o700);
    expect(await readFile(paths[0]!, "utf8")).toBe("x");
  });
});
