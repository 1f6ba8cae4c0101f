import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { photometric } from "../../evaluators/photometric.ts";
import { measures, round, state, task } from "../../machines/domain/index.ts";
import type { TapeEvent } from "../../observers/observer.ts";
import { addEvent } from "../../observers/project.ts";
import { newRunView } from "../../observers/run-view.ts";
import { scoresOf } from "../../observers/scores.ts";
import { readTape } from "../../observers/tape.ts";
import { upgradeEvent } from "../../observers/upgrade.ts";
import { sampleRun } from "./sample-run.ts";

const fixtures = join(import.meta.dirname, "..", "fixtures", "runs-ea2bb64");
const event = (type: string, data: Record<string, unknown>): TapeEvent => {
  return { seq: 1, id: "r/1", time: "2026-01-01T00:00:00.000Z", run: "r", role: "supervisor", type, data };
};
const old = { pl: 0.25, ssim: 0.5, views: [{ name: "render2.png", pl: 0.25, ssim: 0.5 }] };

describe("an event of an older tape", () => {
  test("has measures in today's form", () => {
    const { data } = upgradeEvent(event("measured", { t: 1, chosen: 0, measures: [old, null] }));
    const now = {
      loss: 0.25,
      noise: 0,
      metrics: { pl: 0.25, ssim: 0.5 },
      views: [{ name: "render2", loss: 0.25, metrics: { pl: 0.25, ssim: 0.5 } }],
    };
    expect(data.measures).toEqual([now, null]);
    expect(measures.parse(now)).toEqual(now);
  });

  test("has views without a file's ending, with nothing in a name that none may have today", () => {
    const targets = ["render1.png", "my view (2).PNG", "-x.png", ".png"].map((name) => ({ name, image: "i" }));
    const { data } = upgradeEvent(event("run.started", { task: { mode: "static_scene", targets } }));
    const names = (data.task as { targets: { name: string }[] }).targets.map(({ name }) => name);
    expect(names).toEqual(["render1", "my_view__2_", "_x", "render"]);
  });

  test.each([
    ["static_scene", "blender_file.blend", "py"],
    ["autopresent", "output.pptx", "py"],
    ["design2code", "index.html", "html"],
  ])("of mode %s says how the run is measured and what its files are called", (mode, output, code_ending) => {
    const players = { generator: { player: "solver", options: {} }, verifier: { player: "pixels", options: {} } };
    const { data } = upgradeEvent(event("run.started", { task: { mode, targets: [] }, players }));
    expect(data).toMatchObject({ output, code_ending, players: { generator: "solver", verifier: "pixels" } });
    expect(data.measurement).toEqual(photometric.measurement);
  });
});

test("an event of today stays as it is, whatever its type", async () => {
  const { events } = await sampleRun({ losses: [0.4, null, 0.1], candidates: 2 });
  expect(events.map(upgradeEvent)).toEqual(events);
});

test.each(["recorded", "models", "unfinished"])(
  "the tape of %s is read whole: nothing in it is foreign today",
  async (name) => {
    const events = await readTape(join(fixtures, name));
    const view = newRunView();
    for (const one of events) addEvent(view, one);
    expect(view.incidents).toEqual([]);
    expect(task.safeParse(view.task).success).toBe(true);
    for (const { type, data } of events) {
      if (type === "round") expect(round.safeParse(data.round).error).toBeUndefined();
      if (type === "state") expect(state.safeParse(data.state).error).toBeUndefined();
    }
    expect(scoresOf(view)).toMatchObject({
      start: {
        loss: expect.closeTo(0.0647, 4),
        pl: expect.closeTo(0.0647, 4),
        metrics: { ssim: expect.closeTo(0.215, 3) },
      },
      best: { views: [{ name: "render" }] },
    });
  },
);
