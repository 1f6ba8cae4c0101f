import { mkdtemp, readdir, readFile, readlink, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { renderFile } from "../../observers/files.ts";
import type { TapeEvent } from "../../observers/observer.ts";
import { createOutput } from "../../observers/output.ts";
import { type Artifacts, type SampleOptions, sampleRun } from "./sample-run.ts";

async function tree(folder: string, under = ""): Promise<string[]> {
  const entries = await readdir(join(folder, under), { withFileTypes: true });
  const lists = await Promise.all(
    entries.map((entry) => {
      const path = join(under, entry.name);
      return entry.isDirectory() ? tree(folder, path) : [path];
    }),
  );
  return lists.flat().sort();
}

describe("the output folder", () => {
  let out: string;
  beforeEach(async () => {
    out = await mkdtemp(join(tmpdir(), "viga-output-"));
  });
  afterEach(() => rm(out, { recursive: true, force: true }));

  const text = (name: string) => readFile(join(out, name), "utf8");
  const scores = async () => JSON.parse(await text("scores.json"));
  async function play(events: TapeEvent[], artifacts: Artifacts) {
    const observer = createOutput({ out, read: artifacts.read });
    for (const event of events) await observer.on(event);
    await observer.close();
  }
  async function run(options: SampleOptions) {
    const sample = await sampleRun(options);
    await play(sample.events, sample.artifacts);
    return sample;
  }

  it("holds program, pictures, thoughts of every round, and links the best", async () => {
    await run({ losses: [0.05, 0.02, 0.03] });
    expect(await tree(out)).toEqual(
      [
        "args.json",
        "best",
        "blender_file.blend",
        "scores.json",
        "targets/render1.png",
        ...[0, 1, 2].flatMap((t) => [
          `codes/${t}.py`,
          `generator_thoughts/${t}.md`,
          `verifier_thoughts/${t}.md`,
          ...["diff.png", "log.txt", "render1.png", "scene.json"].map((file) => `renders/${t}/${file}`),
        ]),
        ...[0, 1].flatMap((t) => [`renders/${t}/preview/render1.png`, `renders/${t}/preview/scene.json`]),
      ].sort(),
    );
    expect(await readlink(join(out, "best"))).toBe("renders/1");
    expect((await stat(join(out, "best", "render1.png"))).isFile()).toBe(true);
    expect(await text("codes/1.py")).toContain("energy = 125");
    expect(await text("generator_thoughts/1.md")).toContain("+energy = 125");
    expect(await text("verifier_thoughts/1.md")).toMatch(/PL 0\.02, SSIM 0\.98.*## Critical.*## Suggested edits/s);
    expect(await text("blender_file.blend")).toBe("BLENDER");
  });

  it("scores start, every round and the best, the ends at final quality", async () => {
    await run({ losses: [0.05, 0.02, null, 0.03] });
    const found = await scores();
    expect(found).toMatchObject({
      schema: 1,
      mode: "static_scene",
      task: "sample",
      status: "done",
      start: { t: 0, pl: 0.025, quality: "final", preview: { pl: 0.05 } },
      best: { t: 1, pl: 0.01, quality: "final", preview: { pl: 0.02 } },
      stop: { reason: "plateau", error: null },
      usage: { calls: 3, input_tokens: 3000 },
    });
    expect(found.rounds.map((r: { t: number; pl: number | null; ok: boolean }) => [r.t, r.pl, r.ok])).toEqual([
      [0, 0.05, true],
      [1, 0.02, true],
      [2, null, false],
      [3, 0.03, true],
    ]);
    expect(found.rounds[2].error).toMatchObject({ type: "NameError", line: 3 });
  });

  it("is the same after a replay from the first event", async () => {
    const { events, artifacts } = await run({ losses: [0.05, 0.02, 0.03] });
    const contents = async () => {
      const files = await tree(out);
      return Promise.all(
        files.filter((f) => f !== "best").map(async (f) => [f, (await readFile(join(out, f))).toString("hex")]),
      );
    };
    const once = await contents();
    await play(events, artifacts);
    expect(await contents()).toEqual(once);
  });

  it("is whole after a run was cut off anywhere and gone on with", async () => {
    const { events, artifacts } = await sampleRun({ losses: [0.05, 0.02] });
    for (let cut = 1; cut < events.length; cut += 3) {
      await play(events.slice(0, cut), artifacts);
      expect((await tree(out)).filter((file) => file.endsWith(".part"))).toEqual([]);
    }
    await play(events, artifacts);
    expect((await scores()).status).toBe("done");
    expect(await readlink(join(out, "best"))).toBe("renders/1");
  });

  it("of an interrupted run scores the rounds it has, with the previews' measures", async () => {
    await run({ losses: [0.05, 0.02], cut: true });
    expect(await scores()).toMatchObject({
      status: "interrupted",
      best: { t: 1, pl: 0.02, quality: "preview" },
    });
  });

  it("keeps every candidate, and the chosen one as the round's program", async () => {
    await run({ losses: [0.05, 0.02], candidates: 3 });
    expect(await readdir(join(out, "codes", "candidates"))).toEqual(["1.0.py", "1.1.py", "1.2.py"]);
    expect(await text("codes/1.py")).toContain("energy = 127");
  });

  it.each([
    ["html", "index.html"],
    ["py", "output.pptx"],
  ])("names programs *.%s and the saved result %s where the run says so", async (codeEnding, output) => {
    await run({ losses: [0.05, 0.02], codeEnding, output });
    const files = await tree(out);
    expect(files).toContain(`codes/1.${codeEnding}`);
    expect(files).toContain(output);
  });

  it("keeps apart what the generator wrote and what a solver refined", async () => {
    await run({ losses: [0.05, 0.02, 0.01], refined: true });
    const thoughts = await text("generator_thoughts/2.md");
    const [own, solver] = thoughts.split("## Refined by solver");
    expect(own).toMatch(/^# Round 2\n\n## Written by the generator\n\nraise the lamp \(2\.0\)\n\n## Change\n/);
    expect(solver).toMatch(/^\n\n15 numbers moved, PL 0\.0213 -> 0\.0196, 2 min 35 s\.\n\n### Numbers it moved/);
    expect(solver).toMatch(/- line 3, x\[1\]: 0\.25 -> 0\.5\n- and 14 more\n$/);
    expect(await text("generator_thoughts/1.md")).toContain("no number moved (nothing to gain: raise the lamp)");
    expect(await text("codes/2.py")).toContain("0.5)");
    expect(await text("codes/written/2.py")).toContain("0.25)");
    const [start, first, second] = (await scores()).rounds;
    expect(start).toMatchObject({ refined: null, numbers_moved: { generator: 0, solver: 0 } });
    expect(first.refined).toMatchObject({ by: "solver", moved: 0, kept: "nothing to gain: raise the lamp" });
    expect(second.refined).toEqual({
      by: "solver",
      moved: 15,
      changes: [{ line: 3, label: "x[1]", from: 0.25, to: 0.5 }],
      loss_before: 0.0213,
      loss_after: 0.0196,
      renders: 412,
      seconds: 155,
      kept: null,
    });
    // The lamp's energy, and both numbers of x; none out of the comment.
    expect(second.numbers_moved).toEqual({ generator: 3, solver: 15 });
  });

  it("draws the heat map itself where the verifier gave none", async () => {
    const { events, artifacts } = await sampleRun({ losses: [0.05], cut: true });
    for (const event of events) {
      const data = event.data as { feedback?: { heatmap?: string }; round?: { feedback?: { heatmap?: string } } };
      delete data.feedback?.heatmap;
      delete data.round?.feedback?.heatmap;
    }
    const asked: number[] = [];
    const observer = createOutput({
      out,
      read: artifacts.read,
      heatMap: async (render, target) => {
        asked.push(render.length, target.length);
        return Buffer.from("HEAT");
      },
    });
    for (const event of events) await observer.on(event);
    expect(await text("renders/0/diff.png")).toBe("HEAT");
    expect(asked.length).toBeGreaterThan(0);
  });

  it("says what it could not write", async () => {
    const { events } = await sampleRun({ losses: [0.05] });
    const observer = createOutput({ out, read: () => Promise.reject(new Error("the artifact is gone")) });
    await expect(observer.on(events[0]!)).rejects.toThrow("the artifact is gone");
    await observer.close();
  });
});

describe("a render's file name", () => {
  it.each([
    ["render1", "render1.png"],
    ["render1.png", "render1.png"],
    ["../../etc/passwd", "_.._etc_passwd.png"],
    [".hidden", "hidden.png"],
    ["diff", "view_diff.png"],
    ["", "view_.png"],
    ["Camera 1/x", "Camera_1_x.png"],
  ])("of %j is %s", (name, file) => {
    expect(renderFile(name)).toBe(file);
  });
});
