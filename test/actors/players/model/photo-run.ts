import { readFile } from "node:fs/promises";
import sharp from "sharp";
import { unifiedDiff } from "../../../../bridge/text/line-diff.ts";
import type { Context, Feedback, Round } from "../../../../machines/domain/index.ts";
import { casesFolder } from "../../../evaluators/cases.ts";
import { aContext, aRound, aState, aTask, type FakeIO, measuresOf } from "../fakes.ts";

/** Programs of about 11 kB that a vision-and-code model wrote for one photograph, in the order they are played. */
export const photoNames = ["p1", "p3", "p5", "q1", "q3", "q5"] as const;
export const photoFile = (name: string): string => `photo-programs/${name}.py`;

export const photoPrograms = (): Promise<string[]> =>
  Promise.all(photoNames.map((name) => readFile(casesFolder + photoFile(name), "utf8")));

const thought =
  "The cup stands a little too far to the left and its handle is a stump: I move the cup by 0.2, rebuild the handle as a " +
  "bent tube of eleven points and let it leave the wall at two thirds of the height. The table is too red and too even, so " +
  "its base colour goes from (0.32, 0.16, 0.08) to (0.24, 0.13, 0.07) and the grain gets a second, finer wave. The window " +
  "light on the left loses a quarter of its energy because the saucer's rim burns out; the spoon is turned by 12 degrees " +
  "so that its tip points at the lower right corner as in the photograph.";

const feedback: Feedback = {
  visual_difference: {
    critical: [
      "the handle is a closed lump, in the target it is an open ring that leaves the cup at two thirds of its height",
    ],
    major: [
      "the saucer's right rim ends 6 % of the width short of the target's and has no raised edge there",
      "the coffee's surface lies 4 % of the height too low and lacks the lighter ring of foam along the wall",
      "the table top is 18 % too bright at the lower left and its grain runs across instead of along the spoon",
    ],
    minor: [
      "the spoon's bowl is 2 % of the width too wide",
      "the shadow of the cup is softer than in the target, and 3 % of the width too short",
    ],
  },
  edit_suggestion: [
    "build the handle as a tube along a ring, radius 0.45, tube 0.08, and join it to the cup at z = 0.62",
    "scale the saucer to 1.06 and raise its rim by 0.03 over the outer eighth of the radius",
    "raise the coffee's surface to z = 0.71 and add a thin ring in a lighter brown",
    "lower the key light to 0.82 of its energy and turn the table's grain by 90 degrees around Z",
  ],
  overall_similarity: 62,
  next_focus: "the handle, then the saucer's rim",
  thought: "",
};

/** How the losses of a run go: always down (the last is the best), or with the best two rounds back. */
export type Course = "falling" | "worse";

/** The context in which round `t` of a run on a photograph is written: program k of the six in round k, each judged. */
export async function photoContext(
  io: FakeIO,
  programs: readonly string[],
  t: number,
  window: number,
  course: Course = "falling",
): Promise<Context> {
  const grey = await sharp({ create: { width: 256, height: 171, channels: 3, background: "#606060" } })
    .jpeg()
    .toBuffer();
  const render = io.store(grey);
  const codeOf = (k: number) => (k < 1 ? "" : programs[(k - 1) % programs.length]!);
  const all = Array.from({ length: t - 1 }, (_, index): Round => {
    const k = index + 1;
    const last = k === t - 1;
    const loss = course === "worse" && last ? 0.06 : 0.05 / k;
    return aRound(k, {
      program: {
        t: k,
        candidate: 0,
        thought,
        code_diff: unifiedDiff(codeOf(k - 1), codeOf(k)),
        code: io.store(codeOf(k)),
      },
      state: aState(k, { renders: [{ name: "render", image: render }] }),
      measures: measuresOf(loss),
      feedback,
    });
  });
  const best = course === "worse" ? (all.at(-2) ?? all.at(-1)) : all.at(-1);
  const task = aTask({ mode: "static_scene", targets: [{ name: "render", image: render }] });
  const plan =
    "A cup of coffee on a saucer with a spoon, on a wooden table.\n\nRough shapes first, then materials, then light.";
  return aContext({ t, task, plan, rounds: all.slice(-window), best: best ?? null, from: all.at(-1)?.program ?? null });
}
