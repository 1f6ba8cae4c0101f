import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createJudge } from "../../cli/eval/judge.ts";
import type { Evaluated } from "../../evaluators/columns/column.ts";
import { slideJudged } from "../../evaluators/columns/slide-judged.ts";
import { vlmScore } from "../../evaluators/columns/vlm-score.ts";
import type { State, Task } from "../../machines/domain/index.ts";
import { testProfile } from "../bridge/models/setup.ts";
import { call, text } from "../servers/answers.ts";
import { type ScriptedServer, scriptedServer } from "../servers/openai.ts";

let server: ScriptedServer;
/** Every test has a script of its own. */
const judge = () => createJudge(testProfile(server.url, "judge"), AbortSignal.timeout(60_000));
const picture = async () =>
  sharp({ create: { width: 40, height: 30, channels: 3, background: "#446688" } })
    .png()
    .toBuffer();
const evaluated = async (): Promise<Evaluated> => {
  const bytes = await picture();
  const render = { name: "render1", image: "sha256:a" };
  return {
    state: { ok: true, renders: [render] } as unknown as State,
    task: { text: "Make it blue.", targets: [{ name: "render1", image: "sha256:b" }] } as unknown as Task,
    code: null,
    read: async () => bytes,
    truth: new Map(),
    source: null,
  };
};

beforeEach(async () => {
  server = await scriptedServer({ judge: {} });
});
afterEach(() => server.close());

describe("a judge of what runs chose", () => {
  it("scores four criteria, one call each with target and render, and the mean is the VLM score", async () => {
    server.script("judge", ...[5, 4, 3, 0].map((score) => call("give_score", { score })));
    const before = server.requests.length;
    expect(await vlmScore(judge()).measure(await evaluated())).toEqual({ vlm_score: 3 });
    const asked = server.requests.slice(before);
    expect(asked).toHaveLength(4);
    for (const [index, name] of [
      "task completion",
      "visual quality",
      "spatial accuracy",
      "detail accuracy",
    ].entries()) {
      expect(asked[index]!.text).toContain(`Criterion: ${name}`);
      expect(asked[index]!.images).toHaveLength(2);
    }
  });

  it("is asked again when its reply holds no score, and is an error when none comes", async () => {
    const one = judge();
    server.script("judge", text("It looks good."), call("give_score", { score: 2 }));
    expect(await one.score("Criterion: x.", [])).toBe(2);
    expect(one.usage().calls).toBe(2);
    server.script("judge", ...Array.from({ length: 12 }, () => text("No number from me.")));
    await expect(judge().score("Criterion: x.", [])).rejects.toMatchObject({ code: "model_reply_invalid" });
  });

  it("judges slides by the benchmark's four aspects and a list of items", async () => {
    server.script(
      "judge",
      ...[5, 4, 3, 4].map((score) => call("give_score", { score })),
      call("answer_items", { answers: [true, true, false, true, true, false] }),
    );
    expect(await slideJudged(judge()).measure(await evaluated())).toEqual({
      judged_text: 100,
      judged_image: 80,
      judged_layout: 60,
      judged_color: 80,
      judged: 80,
      checklist: 4 / 6,
    });
  });
});
