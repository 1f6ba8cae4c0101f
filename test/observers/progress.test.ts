import { describe, expect, it } from "vitest";
import { plainLine } from "../../config/plain-text.ts";
import { createProgress } from "../../observers/progress.ts";
import { refiningText } from "../../observers/refined.ts";
import { lossText, shortened, spanText, sparkline } from "../../observers/text.ts";
import { type SampleOptions, sampleRun } from "./sample-run.ts";

async function show(
  sample: SampleOptions,
  options: { json?: boolean; isTTY?: boolean; env?: Record<string, string> } = {},
) {
  const { events } = await sampleRun(sample);
  const written: string[] = [];
  let clock = Date.parse(events[0]!.time);
  const progress = createProgress({
    stream: { write: (text: string) => written.push(text), isTTY: options.isTTY ?? false, columns: 80 },
    env: options.env ?? {},
    now: () => clock,
    ...(options.json === undefined ? {} : { json: options.json }),
  });
  for (const event of events) {
    clock += 500;
    await progress.on(event);
  }
  await progress.close();
  return written.join("");
}

/** What a terminal shows at the end: escape sequences carried out. */
function screen(text: string): string[] {
  const lines = [""];
  let row = 0;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is parsed
  for (const part of text.split(/(\u001b\[\d*[A-Za-z]|\n)/)) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is parsed
    const up = /^\u001b\[(\d+)A$/.exec(part);
    if (up) row -= Number(up[1]);
    else if (part === "\u001b[J") lines.splice(row, lines.length - row, "");
    else if (part === "\n") {
      row++;
      lines[row] ??= "";
    } else if (!part.startsWith("\u001b")) lines[row] += part;
  }
  return lines;
}

describe("progress", () => {
  it("says how many frames of an animation are drawn, off a terminal every ten seconds", async () => {
    const { events } = await sampleRun({ losses: [0.05] });
    const frames = [1, 5, 20, 48].map((drawn, index) => ({
      ...events[0]!,
      id: `frames/${drawn}`,
      role: "supervisor",
      type: "progress",
      time: new Date(Date.parse(events[0]!.time) + [0, 3000, 12_000, 30_000][index]!).toISOString(),
      data: { frames: { drawn, of: 48 } },
    }));
    const written: string[] = [];
    const progress = createProgress({ stream: { write: (text: string) => written.push(text), isTTY: false }, env: {} });
    for (const event of [events[0]!, ...frames]) await progress.on(event);
    await progress.close();
    const said = written.join("").match(/frame \d+ of 48/g);
    expect(said).toEqual(["frame 1 of 48", "frame 20 of 48", "frame 48 of 48"]);
  });

  it("off a terminal is a plain line per thing that happened", async () => {
    const text = await show({ losses: [0.05, 0.02, null, 0.03] });
    expect(text).not.toContain("\u001b");
    const lines = text
      .trimEnd()
      .split("\n")
      .map((line) => line.replace(/^\d\d:\d\d:\d\d {2}/, ""));
    expect(lines).toEqual([
      "static_scene sample started",
      "start     PL 0.05  0.5 s",
      "round 1   PL 0.02  60.0 % better  0.5 s  best so far",
      "round 2   failed  name is not defined raise the lamp (line 3)  0.5 s",
      "round 3   PL 0.03  50.0 % worse  0.5 s",
      "verifier was restarted: raise the lamp",
      "stopped: plateau; best is round 1",
      "done",
    ]);
  });

  it("tells how a refinement goes, what came of it and what it took", async () => {
    const text = await show({ losses: [0.05, 0.02, 0.01], refined: true });
    expect(text).toContain("round 2 refining: 2 renders, PL 0.0213\n");
    expect(text).toContain(
      "round 1 refined: no number moved (nothing to gain: raise the lamp), PL 0.0213, 2 min 35 s\n",
    );
    expect(text).toContain("round 2 refined: 15 numbers moved, PL 0.0213 -> 0.0196, 2 min 35 s\n");
    expect(text).toContain("round 2   PL 0.01  50.0 % better  0.5 s and 2 min 35 s of refining  best so far");
    // Lines of one refinement come once in a few seconds.
    expect(text).not.toContain("412 renders");
    const json = await show({ losses: [0.05, 0.02], refined: true }, { json: true });
    const refining = json.split("\n").filter((line) => line.includes('"refining":{'));
    expect(JSON.parse(refining.at(-1)!)).toMatchObject({
      event: "progress",
      text: "round 1 refining: 412 renders, PL 0.0213 -> 0.0196",
      refining: { t: 1, renders: 412, before: 0.0213, now: 0.0196 },
    });
  });

  it("says that a loss measured on the way is about so much", () => {
    const rough = { t: 3, candidate: 1, renders: 318, before: 0.002915, now: 0.0006663, rough: true };
    expect(refiningText(rough)).toBe("round 3 refining candidate 2: 318 renders, PL 0.002915 -> about 0.00067");
    expect(refiningText({ ...rough, before: null })).toBe("round 3 refining candidate 2: 318 renders");
  });

  it("tells what a slow or refused request to a model is waited for, and no short wait", async () => {
    const { events } = await sampleRun({ losses: [0.05] });
    const base = { ...events.at(-1)!, role: "generator" };
    const said = (json: boolean): string[] => {
      const lines: string[] = [];
      const progress = createProgress({ stream: { write: (text: string) => lines.push(text) }, env: {}, json });
      const tell = (type: string, data: Record<string, unknown>) => void progress.on({ ...base, type, data });
      tell("model.waiting", { model: "m", first: true, limit_s: 180 });
      tell("model.waiting", { model: "m", first: false, limit_s: 180 });
      tell("model.retry", { model: "m", wait_s: 0.5, message: "m: too many requests" });
      tell("model.retry", { model: "m", wait_s: 38, message: "m: too many requests" });
      return lines.map((line) => (json ? (JSON.parse(line) as { text: string }).text : line.slice(10).trim()));
    };
    const told = [
      "waiting for m's first answer (limit 180 s)",
      "waiting for m's answer (limit 180 s)",
      "m: too many requests; asked again in 38 s",
    ];
    expect(said(false)).toEqual(told);
    expect(said(true)).toEqual(told);
  });

  it("on a terminal keeps one live block, and leaves only the finished lines", async () => {
    const text = await show({ losses: [0.05, 0.02, 0.01] }, { isTTY: true });
    expect(text).toContain("\u001b[32m60.0 % better");
    expect(text).toContain("fitting raise the lamp ██████████░░░░░░░░░░ 50 %");
    expect(text).toMatch(/best 0\.02 \(round 1\)/);
    const left = screen(text).filter((line) => line.trim() !== "");
    expect(left).toHaveLength(7);
    expect(left.at(-1)).toContain("done");
    expect(left.some((line) => line.includes("░"))).toBe(false);
  });

  it("takes its live block away when a run is cut off", async () => {
    const text = await show({ losses: [0.05, 0.02], cut: true }, { isTTY: true });
    expect(screen(text).filter((line) => line.trim() !== "")).toHaveLength(3);
  });

  it("respects NO_COLOR and a dumb terminal", async () => {
    const plain = await show({ losses: [0.05, 0.02] }, { isTTY: true, env: { NO_COLOR: "1" } });
    expect(plain).not.toContain("\u001b[0m");
    expect(plain).toContain("\u001b[J");
    expect(await show({ losses: [0.05] }, { isTTY: true, env: { TERM: "dumb" } })).not.toContain("\u001b");
  });

  it("as JSON is one object a line, each with a schema", async () => {
    const text = await show({ losses: [0.05, null, 0.02] }, { json: true });
    const lines = text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.every((line) => line.schema === 1 && line.run === "sample-1")).toBe(true);
    expect(
      lines.filter((line) => line.event === "round").map((line) => [line.t, line.ok, line.pl, line.best_t]),
    ).toEqual([
      [0, true, 0.05, 0],
      [1, false, null, 0],
      [2, true, 0.02, 2],
    ]);
    expect(lines.at(-1)).toMatchObject({ event: "run.finished", status: "done", reason: "plateau" });
  });

  it.each([{ isTTY: true }, { isTTY: false }])(
    "does not let a model's words command the terminal (%o)",
    async (options) => {
      const text = await show(
        { losses: [0.05, null, 0.02], words: "\u001b[2J\u001b]0;owned\u0007\nfake line\r\u009b31m" },
        options,
      );
      expect(text).not.toContain("\u001b[2J");
      expect(text).not.toContain("\u001b]");
      expect(text).not.toContain("\u0007");
      expect(text).not.toContain("\nfake line");
      expect(text).not.toContain("\u009b");
    },
  );
});

describe("texts of the progress", () => {
  it("cut a line at its columns, wide characters counted twice", () => {
    expect(shortened("abcdef", 6)).toBe("abcdef");
    expect(shortened("abcdefg", 6)).toBe("abcde…");
    expect(shortened("漢字漢字", 6)).toBe("漢字…");
  });

  it("draw losses as blocks, the highest as a full one, failures as dots", () => {
    expect(sparkline([8, 4, null, 1], 10)).toBe("█▄·▁");
    expect(sparkline([1, 0.1, 0.01, 0.001], 10)).toBe("█▆▃▁");
    expect(sparkline([5, 5], 10)).toBe("▁▁");
    expect(sparkline([null, null, null], 2)).toBe("··");
    expect(sparkline([1, 2, 3, 4], 2)).toBe("▁█");
  });

  it("say times and losses for people", () => {
    expect([4.21, 42.9, 185, 7800].map(spanText)).toEqual(["4.2 s", "42 s", "3 min 05 s", "2 h 10 min"]);
    expect([0.0123456, 0, null, 1e-7].map(lossText)).toEqual(["0.01235", "0", "-", "1.00e-7"]);
    expect(plainLine("a\u202eb\nc\t d")).toBe("a b c d");
  });
});
