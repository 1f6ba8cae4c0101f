import { appendFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createTape, readTape } from "../../observers/tape.ts";
import { sampleRun } from "./sample-run.ts";

describe("tape.jsonl", () => {
  let out: string;
  beforeEach(async () => {
    out = await mkdtemp(join(tmpdir(), "viga-tape-"));
  });
  afterEach(() => rm(out, { recursive: true, force: true }));

  it("gives back every event as it came", async () => {
    const { events } = await sampleRun({ losses: [0.05, null, 0.02] });
    const tape = await createTape({ out });
    for (const event of events) await tape.on(event);
    await tape.close();
    expect(await readTape(out)).toEqual(events);
  });

  it("has each event once after a replay from the first, also past a torn line", async () => {
    const { events } = await sampleRun({ losses: [0.05, 0.02] });
    const half = events.length >> 1;
    const tape = await createTape({ out });
    for (const event of events.slice(0, half)) await tape.on(event);
    await appendFile(join(out, "tape.jsonl"), '{"seq":999,"id":"torn');
    expect(await readTape(out)).toEqual(events.slice(0, half));
    const again = await createTape({ out });
    for (const event of events) await again.on(event);
    expect(await readTape(out)).toEqual(events);
    expect((await readFile(join(out, "tape.jsonl"), "utf8")).split("\n")).toHaveLength(events.length + 1);
  });

  it("names the line that is no event", async () => {
    await writeFile(join(out, "tape.jsonl"), '{"seq":1}\n');
    await expect(readTape(out)).rejects.toMatchObject({
      code: "input_invalid",
      message: expect.stringContaining("tape.jsonl:1"),
    });
  });

  it("that is absent is not found", async () => {
    await expect(readTape(join(out, "nowhere"))).rejects.toMatchObject({ code: "not_found" });
  });
});
