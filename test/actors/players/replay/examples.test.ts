import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createReplayGenerator, loadRecording } from "../../../../actors/players/replay/replay.ts";
import { aContext, fakeIO } from "../fakes.ts";

const folder = join(import.meta.dirname, "../../../../examples/dynamic");

it("the moving scenes among the examples are recordings of one program each, labelled as written by hand", async () => {
  const files = await readdir(folder);
  expect(files).toEqual(["belt.yaml", "break.yaml", "knock.yaml", "quake.yaml", "walk.yaml"]);
  for (const name of files) {
    expect(await readFile(join(folder, name), "utf8")).toMatch(/^# Written by hand/);
    const generator = createReplayGenerator(await loadRecording(join(folder, name)));
    const move = await generator.write(aContext({ t: 1 }), fakeIO());
    expect(move).toMatchObject({ candidates: [{ thought: expect.stringMatching(/Written by hand\.$/) }] });
    expect(await generator.write(aContext({ t: 2 }), fakeIO())).toMatchObject({ type: "end" });
  }
});
