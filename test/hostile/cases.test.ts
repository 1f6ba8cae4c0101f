import { expect, it } from "vitest";
import { parseCase } from "./cases.ts";
import type { Targets } from "./program.ts";

it("reads how a program is run from its first line, which the program itself does not hold", () => {
  const text = `# {"mustNot":"be let","views":[],"limits":{"fileMb":32},"outcomes":["output"],"maxDisk":700}\nopen('@outside@')`;
  const { program, ...rest } = parseCase("01", text);
  expect(rest).toEqual({
    name: "01",
    mustNot: "be let",
    views: [],
    limits: { fileMb: 32 },
    outcomes: ["output"],
    most: { diskMb: 700 },
  });
  expect((program as (targets: Targets) => string)({ outside: "/x", unix: "y" } as Targets)).toBe("\nopen('/x')");
});

it.each(["# {", '# {"outcomes":["escaped"]}', '# {"limits":{"seconds":-1}}'])(
  "refuses a first line like %s",
  (line) => {
    expect(() => parseCase("x", `${line}\npass`)).toThrow();
  },
);
