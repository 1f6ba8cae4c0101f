import fc from "fast-check";
import sharp from "sharp";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { type Colour, makeCanary, saw } from "../../../bridge/models/probe/canary.ts";
import { describeProbe } from "../../../bridge/models/probe/describe.ts";
import { probeModel } from "../../../bridge/models/probe/probe.ts";
import { trialProgram } from "../../../bridge/models/probe/trials.ts";
import { loadProfiles } from "../../../config/profiles.ts";
import { type Answer, call, hermes, text } from "../../servers/answers.ts";
import { type ScriptedServer, scriptedServer } from "../../servers/openai.ts";
import type { Recorded } from "../../servers/request.ts";
import { quickDeps, testProfile } from "./setup.ts";

let server: ScriptedServer;
beforeAll(async () => {
  server = await scriptedServer({
    good: { context: 32768 },
    qwen: { context: 8192, hidesContext: true, noTools: true },
    blind: { imagesDropped: true },
    mute: {},
  });
});
afterAll(() => server.close());
beforeEach(() => server.requests.splice(0));

const program = { title: "label", lines: 5, code: trialProgram };
const signal = new AbortController().signal;
const rgb: Record<Colour, number[]> = {
  red: [216, 27, 27],
  green: [26, 154, 47],
  blue: [28, 63, 208],
  yellow: [245, 217, 10],
  black: [0, 0, 0],
  white: [255, 255, 255],
};

/** Looks at the picture that came over the wire, as a seeing model does. */
async function quarters(request: Recorded): Promise<string> {
  const { width, height, pixels } = request.images[0]!;
  const { data, info } = await sharp(pixels).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number): string => {
    const from = (Math.floor(y * height) * width + Math.floor(x * width)) * info.channels;
    const seen = [...data.subarray(from, from + 3)];
    const far = (name: Colour) => Math.hypot(...rgb[name].map((value, i) => value - seen[i]!));
    return (Object.keys(rgb) as Colour[]).sort((a, b) => far(a) - far(b))[0]!;
  };
  return [at(0.25, 0.25), at(0.75, 0.25), at(0.25, 0.75), at(0.75, 0.75)].join(", ");
}

const seeing: Answer = { kind: "function", answer: async (request) => text(await quarters(request)) };
/** A model that knows what it is asked and answers in the style asked for. */
const able = (calls: (request: Recorded) => Answer): Answer => ({
  kind: "function",
  answer: (request) => {
    if (request.images.length > 0) return seeing;
    if (request.text.includes("save_program")) return calls(request);
    return text("ready");
  },
});

describe("the canary", () => {
  it("shows each colour in its quarter, and only the right order passes", async () => {
    const canary = await makeCanary();
    expect(new Set(canary.order).size).toBe(4);
    expect(saw(canary, canary.order.join(", "))).toBe(true);
    expect(saw(canary, `Top left is ${canary.order.join(", then ")}.`)).toBe(true);
    expect(saw(canary, [...canary.order].reverse().join(", "))).toBe(false);
    expect(saw(canary, "I cannot see a picture.")).toBe(false);
  });

  it("takes any answer without throwing, and its order is random", async () => {
    const canary = await makeCanary();
    fc.assert(fc.property(fc.string(), (answer) => void saw(canary, answer)));
    const orders = await Promise.all(Array.from({ length: 12 }, async () => (await makeCanary()).order.join()));
    expect(new Set(orders).size).toBeGreaterThan(3);
  });
});

describe("a probe", () => {
  it("finds that everything works, and its lines are a profile", async () => {
    server.otherwise(
      "good",
      able((request) =>
        request.tools.length > 0
          ? call("save_program", program)
          : request.body.response_format
            ? text(JSON.stringify({ tool: "save_program", arguments: program }))
            : hermes("save_program", program),
      ),
    );
    const steps: string[] = [];
    const report = await probeModel(testProfile(server.url, "good"), {
      deps: quickDeps().deps,
      signal,
      onStep: (step) => steps.push(step),
    });
    expect(report).toMatchObject({ ok: true, best: "native", listed: true, context: { tokens: 32768, told: true } });
    expect(report.vision).toMatchObject({ works: true, counted: true });
    expect(report.vision!.answered).toBe(report.vision!.asked);
    expect(report.styles.map(({ style, works, clean, exact }) => [style, works, clean, exact])).toEqual([
      ["native", true, true, true],
      ["inline", true, true, true],
      ["json", true, true, true],
    ]);
    expect(steps).toEqual(["models", "answer", "limits", "vision", "native", "inline", "json"]);
    const lines = parse(report.profile) as { models: Record<string, Record<string, unknown>> };
    expect(lines.models.good).toMatchObject({ tools: "native", context_tokens: 32768, image_max_px: 512 });
    const pasted = loadProfiles({ good: { like: "gpt-4o", ...lines.models.good } }).get("good");
    expect(pasted?.base_url).toBe(server.url);
    expect(describeProbe(report)).toContain("for viga.yaml:");
  });

  it("finds the style that works where native tools do not, and the context out of a refusal", async () => {
    server.otherwise(
      "qwen",
      able(() => hermes("save_program", program)),
    );
    const report = await probeModel(testProfile(server.url, "qwen"), { deps: quickDeps().deps, signal });
    expect(report).toMatchObject({ ok: true, best: "inline", context: { tokens: 8192, told: true, profile: 32768 } });
    expect(report.styles[0]).toMatchObject({ style: "native", works: false });
    expect(report.profile).toContain("tools: inline");
    expect(report.profile).toContain("context_tokens: 8192");
  });

  it("finds that pictures do not arrive", async () => {
    const guess = text("red, green, blue, yellow");
    server.otherwise("blind", {
      kind: "function",
      answer: (request) =>
        request.images.length > 0
          ? guess
          : request.text.includes("save_program")
            ? call("save_program", program)
            : text("ready"),
    });
    // The random order never is the guess.
    const report = await probeModel(testProfile(server.url, "blind"), {
      deps: { ...quickDeps().deps, random: () => 0.99 },
      signal,
    });
    expect(report.vision).toMatchObject({ works: false, counted: false });
    expect(report.ok).toBe(false);
    expect(report.profile).toContain("image_max_px: 0");
  });

  it("says when no tool style works", async () => {
    server.otherwise(
      "mute",
      able(() => text("Certainly! Here is your program.")),
    );
    const report = await probeModel(testProfile(server.url, "mute"), { deps: quickDeps().deps, signal });
    expect(report).toMatchObject({ ok: false, best: null });
    expect(report.styles.every(({ problems }) => problems.includes("no_call"))).toBe(true);
  });

  it("names what the endpoint serves when the model is not among it, and says when there is no endpoint", async () => {
    await expect(
      probeModel(testProfile(server.url, "absent"), { deps: quickDeps().deps, signal }),
    ).rejects.toMatchObject({
      code: "model_unreachable",
      hint: expect.stringContaining("good"),
    });
    const nowhere = testProfile("http://127.0.0.1:1/v1", "good");
    await expect(probeModel(nowhere, { deps: quickDeps().deps, signal })).rejects.toMatchObject({
      code: "model_unreachable",
    });
    const locked = testProfile(server.url, "good", { key_env: "NO_SUCH_KEY" });
    await expect(probeModel(locked, { deps: quickDeps().deps, signal })).rejects.toMatchObject({
      code: "model_auth",
      hint: "export NO_SUCH_KEY=...",
    });
  });
});
