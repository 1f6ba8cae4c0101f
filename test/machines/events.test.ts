import { describe, expect, it } from "vitest";
import { eventKinds } from "../../machines/domain/events/index.ts";
import { misfits } from "../harness/events.ts";
import { filesIn, sourceOf } from "../house/sources.ts";

/** Types that the sources record or note by name, and those that are put together there. */
const written = new Set([
  ...filesIn(["actors", "machines"], /\.ts$/)
    .filter((file) => !file.startsWith("machines/domain/events/"))
    .flatMap((file) =>
      [...sourceOf(file).matchAll(/\b(?:record|note)\(\s*"([a-z][a-z0-9_.]*)"/g)].map((match) => match[1]!),
    ),
  ...["model.retry", "model.refused", "model.waiting", "shadow.program", "shadow.feedback"],
]);

describe("the kinds of events", () => {
  it("are those that roles and players put on the tape, and no others", () => {
    expect([...written].sort()).toEqual(Object.keys(eventKinds).sort());
  });

  it.each(Object.entries(eventKinds))(
    "%s has an example that fits its schema, in zod and as JSON Schema",
    (type, kind) => {
      expect(kind.data.parse(kind.example)).toEqual(kind.example);
      expect(misfits([{ type, data: kind.example }])).toEqual([]);
    },
  );

  it("refuse data of another form, and let further keys pass", () => {
    expect(misfits([{ type: "writing", data: { t: "one" } }])).toEqual(["writing: data/t must be integer"]);
    expect(misfits([{ type: "writing", data: { t: 1, mood: "good" } }])).toEqual([]);
    expect(misfits([{ type: "sung", data: {} }])).toEqual(["sung is in no schema"]);
  });
});
