import { describe, expect, it } from "vitest";
import { comparedText, stopText } from "../../observers/judgement.ts";
import type { TapeEvent } from "../../observers/observer.ts";
import { createProgress } from "../../observers/progress.ts";
import { addEvent } from "../../observers/project.ts";
import { makeReport } from "../../observers/report/report.ts";
import { newRunView } from "../../observers/run-view.ts";
import { scoresOf } from "../../observers/scores.ts";
import { sampleRun } from "./sample-run.ts";

const why = "2 rounds without a gain beyond the noise 0.0003, best round 1, loss 0.0274; similarity 62 to 63";
const careful = (loss: number) => ({ loss, noise: 0.0001, floor: 0.0002, metrics: { pl: loss, ssim: 0.5 }, views: [] });

/** The sample's tape with a comparison of rounds 1 and 2, a reason in words, and a choice at final quality. */
async function judgedRun(by = "careful") {
  const { events, artifacts } = await sampleRun({ losses: [0.05, 0.0274, 0.0276, 0.03] });
  const out: TapeEvent[] = [];
  for (const event of events) {
    const { data } = event;
    if (event.type === "round" && (data.round as { t: number }).t === 2) {
      const said = { t: 2, with: 1, best_t: 2, by, equal: false, samples: 32, failed: null };
      const losses = [0.0274, 0.0268].map((loss, index) => ({ t: index + 1, careful: careful(loss) }));
      out.push({
        ...event,
        seq: event.seq - 1,
        id: "r/compared",
        type: "compared",
        data: { ...said, careful: losses },
      });
      out.push({ ...event, data: { ...data, best_t: 2 } });
    } else if (event.type === "context") out.push({ ...event, data: { ...data, stage: "geometry" } });
    else if (event.type === "stopped") out.push({ ...event, data: { ...data, why, best_t: 2, contenders: [1] } });
    else if (event.type === "final") {
      const contenders = [
        { t: 2, loss: 0.0261 },
        { t: 1, loss: 0.0259 },
      ];
      out.push({ ...event, data: { ...data, contenders } });
    } else out.push(event);
  }
  return { events: out, artifacts };
}

describe("how a run was judged", () => {
  it("stands in scores.json: why it stopped, the noise, careful numbers, among which the best was chosen", async () => {
    const runView = newRunView();
    for (const event of (await judgedRun()).events) addEvent(runView, event);
    expect(runView.incidents.filter(({ text }) => text.includes("cannot be read"))).toEqual([]);
    expect(scoresOf(runView)).toMatchObject({
      stop: { reason: "plateau" },
      stop_why: why,
      rounds: [
        { t: 0, careful: null, noise: 0 },
        { t: 1, careful: { loss: 0.0274, noise: 0.0001, floor: 0.0002 }, stage: "geometry" },
        { t: 2, careful: { loss: 0.0268 } },
        { t: 3, careful: null },
      ],
      best: {
        t: 1,
        chosen_among: [
          { t: 2, loss: 0.0261 },
          { t: 1, loss: 0.0259 },
        ],
      },
    });
  });

  it("says what was drawn where that told the noise of the previews, which were enough then", async () => {
    const runView = newRunView();
    for (const event of (await judgedRun("preview")).events) addEvent(runView, event);
    expect(comparedText(runView, runView.rounds.get(2)!)).toContain("with 32 samples 0.0268 against 0.0274: round 2");
  });

  it("is told while it goes on, in the run's last lines and in the report", async () => {
    const { events, artifacts } = await judgedRun();
    let text = "";
    const progress = createProgress({ stream: { write: (more: string) => (text += more) } });
    for (const event of events) await progress.on(event);
    await progress.close();
    const compared =
      "round 2 and round 1 differ by less than the noise; with 32 samples 0.0268 against 0.0274: round 2 is better";
    const chosen =
      "equal within noise, drawn at final quality: round 2 0.0261, round 1 0.0259; round 1 has the lowest loss and is the best";
    expect(text).toContain(compared);
    expect(text).toContain(chosen);
    expect(text).toContain(`stopped: plateau: ${why}; best is round 2`);
    const page = await makeReport(events, artifacts.read);
    for (const line of [
      `Stopped after round 3: plateau: ${why}.`,
      `R${compared.slice(1)}.`,
      `E${chosen.slice(1)}.`,
      ">geometry<",
    ]) {
      expect(page).toContain(line);
    }
  });

  it("ends with one full stop, also where the reason brings its own", () => {
    const runView = Object.assign(newRunView(), { stopReason: "end_process", stopWhy: "Nothing is left to gain." });
    expect(stopText(runView)).toBe("end_process: Nothing is left to gain");
  });

  it("is not asked of an older tape, which says none of it", async () => {
    const { events, artifacts } = await sampleRun({ losses: [0.05, 0.02] });
    const page = await makeReport(events, artifacts.read);
    expect(page).toContain("Stopped after round 1: plateau.");
    const runView = newRunView();
    for (const event of events) addEvent(runView, event);
    expect(scoresOf(runView)).toMatchObject({ stop_why: null, best: { t: 1 } });
  });
});
