import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noOffice, program } from "../bridge/engines/office.ts";
import { type Workplace, workplace } from "../harness/cli.ts";
import { expectEveryTool, type Script, scripted, verdict, writes } from "../harness/scripted-roles.ts";
import { scriptedServer } from "../servers/openai.ts";

const examples = join(import.meta.dirname, "../../examples/slides");
const task = join(examples, "media");

const slide = (points: number) =>
  program(`const s = pptx.addSlide();
s.addText("A heading of the slide", { x: 1, y: 0.5, w: 8, h: 1, fontFace: "Arial", fontSize: ${points}, color: "203040" });
s.addImage({ path: "media/dot.png", x: 1, y: 2, w: 2, h: 2 });`);

const generator: Script = [
  ["make_plan", { overall_description: "a heading and a dot", detailed_plan: "1. heading 2. dot" }],
  writes(slide(20)),
  ["get_slide_info", {}],
  writes(slide(28)),
  ["end_process", { reason: "good enough" }],
];
const verifier: Script = [
  ["get_slide_info", {}],
  ["measure_difference", { left: 0, top: 0, right: 0.5, bottom: 0.5 }],
  ["end_process", verdict("the heading is too small", "make the heading larger")],
];

describe.skipIf(noOffice !== null)(
  `slides by the command line${noOffice === null ? "" : ` (left out: ${noOffice})`}`,
  () => {
    let at: Workplace;
    beforeAll(async () => {
      at = await workplace();
    });
    afterAll(() => at.close());

    it.each([
      ["sufficient", 1, 1],
      ["visual", 2, 1],
      ["creative", 1, 2],
    ])(
      "an instruction of setting %s is played from programs written by hand",
      async (setting, rounds, slides) => {
        const out = join(at.dir, setting);
        const players = `roles.generator=replay:${join(examples, `${setting}.yaml`)}`;
        const run = await at.viga(
          ...["run", task, "--out", out, "--set", players, "--set", "roles.verifier=pixels"],
          ...["--set", `task.instruction=${setting}`],
        );
        expect(run.exitCode, run.all).toBe(0);
        expect(run.all).toMatch(/best: round \d, loss 0/);
        const scores = JSON.parse(await readFile(join(out, "scores.json"), "utf8"));
        expect(scores).toMatchObject({
          mode: "autopresent",
          status: "done",
          remark: expect.stringContaining("not comparable"),
        });
        expect(scores.rounds).toHaveLength(rounds);
        expect(scores.best.views).toHaveLength(slides);
        expect(scores.best.loss).toBeLessThan(0.05);
        if (rounds > 1) expect(scores.rounds[0].loss).toBeGreaterThan(scores.rounds[1].loss + 0.1);
        expect((await readFile(join(out, "output.pptx"))).subarray(0, 2).toString()).toBe("PK");
        expect(await readFile(join(out, "report.html"), "utf8")).toContain("not comparable");
        const args = await readFile(join(out, "args.json"), "utf8");
        expect(args).toContain(`"instruction": "${setting}"`);
      },
      240_000,
    );

    it("a run in which both roles call every tool they have ends with its result", async () => {
      const server = await scriptedServer({ m: {} });
      try {
        const folder = join(at.dir, "slide");
        await mkdir(join(folder, "media"), { recursive: true });
        await writeFile(join(folder, "instruction.txt"), "A slide with a heading and a dot.");
        const dot = sharp({ create: { width: 64, height: 36, channels: 3, background: "#808080" } });
        await dot.clone().png().toFile(join(folder, "media/dot.png"));
        await dot.png().toFile(join(folder, "target.png"));
        server.otherwise("m", scripted(generator, verifier));
        await writeFile(
          join(at.dir, "slides.yaml"),
          `mode: autopresent
roles: { generator: m, verifier: m }
stop: { max_rounds: 3, plateau: false }
models: { m: { like: qwen3-vl-8b, base_url: "${server.url}", model: m, tools: native } }
`,
        );
        const out = join(at.dir, "every");
        const run = await at.viga("run", folder, "--config", "slides.yaml", "--out", out);
        expect(run.exitCode, run.all).toBe(0);
        await expectEveryTool("autopresent", out, server);
        const scores = JSON.parse(await readFile(join(out, "scores.json"), "utf8"));
        expect(scores.status).toBe("done");
        expect((await readFile(join(out, "output.pptx"))).subarray(0, 2).toString()).toBe("PK");
        expect(await readFile(join(out, "codes/2.js"), "utf8")).toBe(slide(28));
      } finally {
        await server.close();
      }
    }, 240_000);
  },
);
