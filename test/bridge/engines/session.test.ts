import { readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cube, eventually, type Lab, openLab } from "./lab.ts";

/** The cube with numbers to move: where it stands acts in place, how large it is made needs another run. */
const program = (before = "") => `${before}${cube}
bpy.data.objects['Cube'].location[0] = 0.25
`;

const views = [{ name: "a", camera: null, aspect: { width: 4, height: 3 } }];

describe("calls of one session", () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab();
  });
  afterAll(() => lab?.close());

  async function knobOf(text: string, label: string): Promise<number> {
    const { knobs } = (await lab.call("knobs", { program: text })).result as { knobs: { id: number; label: string }[] };
    return knobs.findLast((knob) => knob.label.includes(label))!.id;
  }

  async function sweep(text: string, edits: [number, number][][], session?: string, more = {}) {
    const knob = await knobOf(text, "location[0]");
    const in_place = { [knob]: [["objects", "Cube", "location", 0, 1]] };
    const args = { program: text, edits, in_place, px: 48, samples: 4, seed: 3, views, ...more };
    const reply = await lab.call("sweep", args, undefined, session);
    const result = reply.result as { seconds: { execute: number }; offsets: number[]; failed: object } | undefined;
    const bytes = reply.ok ? await readFile(join(reply.dir, "sweep.rgb")) : Buffer.alloc(0);
    return { reply, bytes, execute: result?.seconds.execute ?? Number.NaN, failed: result?.failed };
  }

  it("share live scenes, and draw the very pictures that calls of their own draw", async () => {
    const text = program();
    const [place, size] = [await knobOf(text, "location[0]"), await knobOf(text, "size")];
    const edits: [number, number][][] = [
      [],
      [[place, -0.5]],
      [[place, 0.9]],
      [[size, 1.2]],
      [
        [size, 1.2],
        [place, -0.5],
      ],
    ];
    const alone = await sweep(text, edits);
    const first = await sweep(text, edits, "one");
    const again = await sweep(text, [...edits].reverse(), "one");
    const third = await sweep(text, edits, "one");
    expect(alone.reply.ok).toBe(true);
    expect(first.execute).toBeGreaterThan(0);
    expect(third.execute).toBe(0);
    expect(again.failed).toEqual({});
    const one = alone.bytes.length / edits.length;
    expect(new Set(edits.map((_, v) => alone.bytes.subarray(v * one, v * one + one).toString("hex"))).size).toBe(5);
    expect(first.bytes.equals(alone.bytes)).toBe(true);
    expect(third.bytes.equals(alone.bytes)).toBe(true);
    const exact = await sweep(text, edits, "one", { exact: true });
    expect(exact.execute).toBeGreaterThan(0);
    // A thing that was moved and one that was made there differ in the last bit of where they stand.
    const apart = alone.bytes.filter((byte, i) => Math.abs(byte - exact.bytes[i]!) > 1).length;
    expect(apart).toBeLessThan(0.02 * alone.bytes.length);
  });

  it("make room for each other where more runs of a program are asked for than may stay", async () => {
    const text = program();
    const size = await knobOf(text, "size");
    const edits = Array.from({ length: 9 }, (_, i): [number, number][] => [[size, 1 + i / 8]]);
    const alone = await sweep(text, edits);
    const one = alone.bytes.length / edits.length;
    for (const turned of [false, false, true, false, true]) {
      const { bytes, failed } = await sweep(text, turned ? edits.toReversed() : edits, "many");
      const of = (v: number) => (turned ? edits.length - 1 - v : v);
      expect(failed).toEqual({});
      for (let v = 0; v < edits.length; v++) {
        const drawn = bytes.subarray(of(v) * one, (of(v) + 1) * one);
        expect(drawn.equals(alone.bytes.subarray(v * one, (v + 1) * one)), `${v}`).toBe(true);
      }
    }
    await lab.engine.drop("many");
  });

  it("stand still in between, with all that a program started, and end when they are dropped", async () => {
    const busy = `
import os, time
if os.fork() == 0:
    os.setsid()
    while True:
        os.getpid()
`;
    const { reply } = await sweep(program(busy), [[], []], "two");
    expect(reply.ok, JSON.stringify(reply.error)).toBe(true);
    const family = () => descendants(lab.engine.pid!).filter((pid) => nameOf(pid) === "blender");
    const ticks = () => family().reduce((sum, pid) => sum + (ticksOf(pid) ?? 0), 0);
    const states = () => family().map(stateOf);
    expect(states().filter((state) => state === "T").length).toBeGreaterThan(2);
    const before = ticks();
    await new Promise((done) => setTimeout(done, 600));
    expect(ticks() - before).toBeLessThan(10);
    expect((await sweep(program(busy), [[], []], "two")).execute).toBe(0);
    await lab.engine.drop("one");
    await lab.engine.drop("two");
    expect(await eventually(() => !states().includes("T"))).toBe(true);
  });

  it("begin anew where the process was ended by what ran in it", async () => {
    const killer = "import os, signal\nos.kill(-1, signal.SIGKILL)\n";
    const first = await sweep(program(killer), [[], []], "three");
    const second = await sweep(program(), [[], []], "three");
    expect(first.reply.error?.kind).toBe("crash");
    expect(second.reply.ok, JSON.stringify(second.reply.error)).toBe(true);
  });
});

const read = (pid: number, file: string): string => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
};
const afterName = (pid: number) => read(pid, "stat").split(") ").at(-1)!.split(" ");
const nameOf = (pid: number) => read(pid, "comm").trim();
const stateOf = (pid: number) => afterName(pid)[0] ?? "";
const ticksOf = (pid: number) => Number(afterName(pid)[11] ?? 0) + Number(afterName(pid)[12] ?? 0);

function descendants(root: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    if (Number.isInteger(pid)) parents.set(pid, Number(afterName(pid)[1] ?? 0));
  }
  const under = (pid: number): boolean => {
    const parent = parents.get(pid);
    return parent !== undefined && (parent === root || under(parent));
  };
  return [...parents.keys()].filter(under);
}
