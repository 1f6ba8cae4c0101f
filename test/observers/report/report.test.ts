import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { alignLines } from "../../../bridge/text/line-diff.ts";
import { createOutput } from "../../../observers/output.ts";
import { lossCurve } from "../../../observers/report/curve.ts";
import { escaped, html } from "../../../observers/report/html.ts";
import { changedLines } from "../../../observers/report/lines.ts";
import { createReport, makeReport, writeReport } from "../../../observers/report/report.ts";
import { createTape } from "../../../observers/tape.ts";
import { type SampleOptions, sampleRun } from "../sample-run.ts";

async function report(options: SampleOptions): Promise<string> {
  const { events, artifacts } = await sampleRun(options);
  return makeReport(events, artifacts.read);
}

const attack = `"><script>alert(1)</script><img src=x onerror=alert(2)>'</style></title>--><svg/onload=x>\`\${y}`;

describe("report.html", () => {
  it("shows start, target, best, every round, why it stopped and what it cost", async () => {
    const page = await report({ losses: [0.05, 0.02, null, 0.03] });
    expect(page).toContain("<b>Start</b> · PL 0.025");
    expect(page).toContain("<b>Target</b>");
    expect(page).toContain("<b>Best: round 1</b> · PL 0.01");
    expect(page).toContain("stopped: plateau");
    for (const t of [0, 1, 2, 3]) expect(page).toContain(`id="round-${t}"`);
    expect(page).toContain("60.0 % better");
    expect(page).toContain("name is not defined");
    expect(page).toContain("back to the best");
    expect(page).toContain("$0.030");
    expect(page).toMatch(/energy 100 → <b>125<\/b>/);
    expect(page).toMatch(/<span class="add">\+energy = 125<\/span>/);
  });

  it("tells the model's changes from the solver's, with loss and time of the refinement", async () => {
    const { events, artifacts } = await sampleRun({ losses: [0.05, 0.02, 0.01], refined: true });
    const page = await makeReport(events, artifacts.read);
    const card = page.slice(page.indexOf('id="round-2"'), page.indexOf("<h2>Usage"));
    const [own, solver] = card.split("The solver moved, afterwards");
    expect(own).toContain("The model changed (numbers)");
    expect(own).toContain("energy 125 → <b>150</b>");
    expect(solver).toContain("15 numbers moved, PL 0.0213 -&gt; 0.0196, 2 min 35 s; PL in its own small pictures.");
    expect(solver).toContain("x[1] 0.25 → <b>0.5</b>");
    expect(solver).toContain("and 14 more");
    expect(card).toContain("What the model changed in the code");
    expect(page).toContain("0.5 s + 2 min 35 s refining");
    expect(page).toContain("no number moved (nothing to gain: raise the lamp)");
    expect(page).not.toContain("lamp 1");
  });

  it("shows plan, analysis and the verifier's similarity beside the loss", async () => {
    const page = await report({ losses: [0.05, 0.02], refined: true });
    expect(page).toContain("first the lamp: raise the lamp");
    expect(page).toContain("a lamp: raise the lamp");
    expect(page).toContain('<th class="n">similarity</th>');
    expect(page).toContain("round 1: similarity 98 of 100");
    expect(page).toContain("the verifier's similarity, right scale");
    const without = lossCurve([{ t: 0, loss: 0.1, similarity: null }], 0).text;
    expect(without).not.toContain("similarity");
  });

  it("shows the start picture that a run was given", async () => {
    const { events, artifacts } = await sampleRun({ losses: [0.05, 0.02] });
    const started = events.find(({ type }) => type.endsWith("run.started"))!;
    const { task } = started.data as { task: { targets: { image: string }[]; start_image?: string } };
    expect(await makeReport(events, artifacts.read)).not.toContain("<b>Start picture</b>");
    task.start_image = task.targets[0]!.image;
    expect(await makeReport(events, artifacts.read)).toContain("<b>Start picture</b> · given");
  });

  it("holds everything itself: no address, no script, and a policy that forbids both", async () => {
    const page = await report({ losses: [0.05, 0.02] });
    expect(page).toContain(`content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"`);
    expect(page).not.toMatch(/<script|<link|https?:\/\//);
    const sources = [...page.matchAll(/src="([^"]{0,30})/g)].map((m) => m[1]!);
    expect(sources.length).toBeGreaterThan(5);
    expect(sources.every((source) => source.startsWith("data:image/jpeg;base64,"))).toBe(true);
  });

  it("shows hostile words of a model as words", async () => {
    const page = await report({ losses: [0.05, null, 0.02], words: attack });
    expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(page).not.toMatch(/<script|<img src=x|<svg\/onload/);
    expect(page.match(/<\/style>/g)).toHaveLength(1);
    expect(page.match(/<title>/g)!.length).toBe(page.match(/<\/title>/g)!.length);
  });

  it("of a run that was cut off shows how far it came", async () => {
    const page = await report({ losses: [0.05, 0.02], cut: true });
    expect(page).toContain('<span class="chip warn">not finished</span>');
    expect(page).toContain("PL 0.02 · preview");
  });

  it("of a run in its first moments is a page as well", async () => {
    const { events, artifacts } = await sampleRun({ losses: [0.05] });
    for (let n = 0; n < events.length; n++) {
      expect(await makeReport(events.slice(0, n), artifacts.read)).toMatch(/^<!doctype html>.*<\/html>\n$/s);
    }
  });

  it("says which pictures are gone instead of failing", async () => {
    const { events } = await sampleRun({ losses: [0.05, 0.02] });
    const page = await makeReport(events, () => Promise.reject(new Error("gone")));
    expect(page).toContain("the picture cannot be shown");
    expect(page).not.toContain("<img");
  });

  it("tells of events that it cannot read", async () => {
    const { events, artifacts } = await sampleRun({ losses: [0.05] });
    const broken = events.map((event) => (event.type === "stopped" ? { ...event, data: { reason: 7 } } : event));
    expect(await makeReport(broken, artifacts.read)).toMatch(/memory\/stopped\) cannot be read: reason/);
  });

  describe("in a folder", () => {
    let out: string;
    beforeEach(async () => {
      out = await mkdtemp(join(tmpdir(), "viga-report-"));
    });
    afterEach(() => rm(out, { recursive: true, force: true }));
    const page = () => readFile(join(out, "report.html"), "utf8");

    it("is written at the end of a run, and when a run is cut off", async () => {
      const whole = await sampleRun({ losses: [0.05, 0.02] });
      const observer = createReport({ out, read: whole.artifacts.read });
      for (const event of whole.events) await observer.on(event);
      expect(await page()).toContain(">done</span>");
      await observer.close();
      const cut = await sampleRun({ losses: [0.05, 0.02], cut: true });
      const other = createReport({ out, read: cut.artifacts.read });
      for (const event of cut.events) await other.on(event);
      await other.close();
      expect(await page()).toContain(">interrupted</span>");
    });

    it("can be made later from the folder alone, also without the artifact store", async () => {
      const { events, artifacts } = await sampleRun({ losses: [0.05, 0.02] });
      const observers = [createOutput({ out, read: artifacts.read }), await createTape({ out })];
      for (const event of events) for (const observer of observers) await observer.on(event);
      for (const observer of observers) await observer.close();
      const path = await writeReport({ out, read: () => Promise.reject(new Error("cleaned away")) });
      expect(path).toBe(join(out, "report.html"));
      expect(await page()).toBe(await makeReport(events, artifacts.read));
    });
  });
});

describe("escaping", () => {
  it("leaves no character that ends text or an attribute", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(escaped(text)).not.toMatch(/[<>"']|&(?!(amp|lt|gt|quot|#39);)/);
      }),
    );
  });

  it("escapes every value of a template that is no markup, also in lists", () => {
    expect(html`<p title="${'"'}">${["<", html`<b>${"&"}</b>`, null, false, 0]}</p>`.text).toBe(
      '<p title="&quot;">&lt;<b>&amp;</b>0</p>',
    );
  });
});

describe("changed lines", () => {
  it("come with two lines around them", () => {
    const before = Array.from({ length: 20 }, (_, i) => `line ${i}`);
    const shown = changedLines(alignLines(before, before.with(10, "other")));
    expect(shown.map((l) => l && `${l.kind[0]} ${l.text}`)).toEqual([
      "s line 8",
      "s line 9",
      "r line 10",
      "a other",
      "s line 11",
      "s line 12",
    ]);
    expect(changedLines(alignLines(before, before))).toEqual([]);
  });
});

describe("the loss curve", () => {
  const heights = (points: { t: number; loss: number | null }[]) =>
    [...lossCurve(points, null).text.matchAll(/cy="([\d.]+)"/g)].map((m) => Number(m[1]));

  it("puts lower losses lower, in the picture's frame, on either scale", () => {
    for (const losses of [
      [0.05, 0.04, 0.03],
      [0.1, 0.001, 0.00001],
    ]) {
      const ys = heights(losses.map((loss, t) => ({ t, loss })));
      expect(ys).toHaveLength(3);
      expect(ys).toEqual([...ys].sort((a, b) => a - b));
      expect(Math.min(...ys)).toBeGreaterThanOrEqual(10);
      expect(Math.max(...ys)).toBeLessThanOrEqual(212);
    }
  });

  it("marks failed rounds, and works for one round, zero losses and none", () => {
    expect(
      lossCurve(
        [
          { t: 0, loss: 0.1 },
          { t: 1, loss: null },
        ],
        0,
      ).text,
    ).toContain("round 1: failed");
    expect(heights([{ t: 3, loss: 0 }])).toHaveLength(1);
    expect(
      heights([
        { t: 0, loss: 0.5 },
        { t: 1, loss: 0 },
      ]).every(Number.isFinite),
    ).toBe(true);
    expect(lossCurve([{ t: 0, loss: null }], null).text).toContain("No round has a loss");
  });
});
