import { describe, expect, it } from "vitest";
import { modeFor } from "../../config/modes/index.ts";

describe("the mode of a task that names none", () => {
  const folder = (...files: string[]) => ({
    kind: "folder" as const,
    parent: "",
    has: (name: string) => files.includes(name),
  });

  it("is that of slides where an instruction lies in the folder, with a target picture beside it too", () => {
    expect(modeFor(folder("instruction.txt"))).toBe("autopresent");
    expect(modeFor(folder("instruction_high_level.txt", "target.png"))).toBe("autopresent");
  });

  it("is that of scenes where the folder holds a target alone", () => {
    expect(modeFor(folder("target.png"))).toBe("static_scene");
  });
});
