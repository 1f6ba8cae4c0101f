import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { themes } from "./programs.ts";
import { type Ground, openGround } from "./trial.ts";

/** Of every theme `npm test` runs this many programs; `npm run hostile` runs them all. */
const share = { auto: 3, weak: 2 } as const;

describe.each(["auto", "weak"] as const)("hostile programs in the %s sandbox", (sandbox) => {
  let ground: Ground;
  let scratch: string;
  const before = { ...process.env };

  beforeAll(async () => {
    if (sandbox === "weak") process.env.VIGA_SANDBOX = "weak";
    scratch = await mkdtemp(join(tmpdir(), "viga-hostile-"));
    ground = await openGround(scratch, { isolation: "fork" });
  });
  afterAll(async () => {
    await ground.close();
    process.env = before;
    await rm(scratch, { recursive: true, force: true });
  });

  it("holds them as the card says", () => {
    const strong = sandbox === "auto";
    expect(ground.card.sandbox).toMatchObject({ namespaces: strong, readOnlyRoot: true, noNetwork: true });
    expect(ground.card.sandbox).toMatchObject({ seccomp: true, unprivileged: true });
    const weaker = ground.card.sandbox.notes.filter((note) => note.includes("no namespaces"));
    expect(weaker).toHaveLength(strong ? 0 : 1);
  });

  describe.each(Object.entries(themes))("%s", (_, programs) => {
    const fitting = programs.filter((program) => sandbox === "auto" || program.weak);
    for (const hostile of fitting.slice(0, share[sandbox]))
      it(`"${hostile.name}" must not ${hostile.mustNot}`, async () => {
        const { escapes, faults, hung } = await ground.try(hostile);
        expect({ escapes, faults, hung }).toEqual({ escapes: [], faults: [], hung: false });
      });
  });
});

it("a job has none of the descriptors that whoever started viga had open", async () => {
  const folder = await mkdtemp(join(tmpdir(), "viga-inherited-"));
  try {
    await writeFile(join(folder, "written"), "");
    await writeFile(join(folder, "read"), "a secret");
    const script = join(import.meta.dirname, "inherited.ts");
    const command = `exec ${process.execPath} ${script} 8>>${folder}/written 9<${folder}/read`;
    const shell = spawn("sh", ["-c", command], { stdio: ["ignore", "pipe", "inherit"] });
    let found = "";
    for await (const chunk of shell.stdout) found += chunk;
    expect(JSON.parse(found)).toEqual({ ok: true, log: "left []" });
    expect(await readFile(join(folder, "written"), "utf8")).toBe("");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
