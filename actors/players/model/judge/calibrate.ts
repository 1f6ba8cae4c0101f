import sharp from "sharp";
import { z } from "zod";
import { type Model, toolSpec } from "../../../../bridge/models/contract.ts";
import { VigaError } from "../../../../config/errors.ts";
import type { PlayerIO } from "../../player.ts";
import { toolLoop } from "../loop.ts";
import { imagePart } from "../prompt/opening.ts";

/** How far a judge's own scores scatter on one and the same picture. */
export interface Calibration {
  /** Standard deviation of one score, as a part of the scale (0..1), which is memory's unit of loss without a target. */
  noise: number;
  /** Smallest gain between two scores that is no scatter with 95 % confidence, in the same unit. */
  min_gain: number;
  /** The scores, two for each pair, 0..100. */
  scores: [number, number][];
}

const score = z.number().min(0).max(100);
const pairSpec = toolSpec(
  "score_pair",
  "Scores two renders against the target.",
  z.object({
    first: score.describe("similarity of the first render to the target, 0 to 100"),
    second: score.describe("similarity of the second render to the target, 0 to 100"),
  }),
);

const system = [
  "You compare renders with a target picture. For each of two renders give a similarity from 0 to 100: 0 nothing in common,",
  "25 the right kind of picture but mostly wrong, 50 right things in clearly wrong places or looks, 75 only local differences,",
  "90 differences found only by searching, 100 no difference. Judge each render on its own. Call score_pair once.",
].join("\n");

/**
 * Blind A/A pairs: one picture, shown as two renders, is scored against the target `pairs` times. Whatever the scores
 * differ by is the judge's noise, since the pictures do not differ. Costs one model call a pair.
 *
 * @param render the picture to be judged; absent: the target, blurred and darkened, so that there is something to judge
 * @throws VigaError input_invalid without a target picture or with no pair
 */
export async function calibrateJudge(
  io: PlayerIO,
  model: Model,
  options: { pairs: number; render?: Buffer; temperature?: number },
): Promise<Calibration> {
  const target = io.task.targets[0];
  if (target === undefined || options.pairs < 1) {
    throw new VigaError("input_invalid", "a judge is calibrated on at least one pair, against a target picture", {
      hint: "give a target, or set calibrate: 0",
    });
  }
  const goal = await imagePart(io, target.image, "target");
  const shown = options.render ?? (await sharp(goal.bytes).blur(3).linear(0.8, 0).png().toBuffer());
  const scores: [number, number][] = [];
  for (let pair = 0; pair < options.pairs; pair++) {
    // Other bytes for the same pixels: neither the model nor a cache on the way may see that they are one.
    const copies = await Promise.all(
      [1, 9].map((compressionLevel) => sharp(shown).png({ compressionLevel }).toBuffer()),
    );
    if (pair % 2 === 1) copies.reverse();
    const { result } = await toolLoop<[number, number]>({
      io,
      model,
      key: `calibrate/${pair}`,
      t: 0,
      finals: ["score_pair"],
      tools: [
        {
          name: "score_pair",
          kind: "protocol",
          spec: () => pairSpec,
          run: async (args) => ({ kind: "final", result: [Number(args.first), Number(args.second)] }),
        },
      ],
      system: () => system,
      opening: [
        {
          role: "user",
          parts: [
            goal,
            { type: "image", bytes: copies[0]!, media: "image/png", label: "first render" },
            { type: "image", bytes: copies[1]!, media: "image/png", label: "second render" },
            { type: "text", text: "Score both renders." },
          ],
        },
      ],
      limits: { calls: 4, same: 3 },
      ...(options.temperature === undefined ? {} : { temperature: options.temperature }),
    });
    scores.push(result);
  }
  const calibration = noiseOf(scores);
  io.note("verifier.calibrated", { ...calibration });
  return calibration;
}

/** Scatter of scores that should all be one: the sample's standard deviation, over pairs as well as within them. */
export function noiseOf(scores: readonly [number, number][]): Calibration {
  const all = scores.flat();
  const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
  const variance = all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, all.length - 1);
  const noise = Math.sqrt(variance) / 100;
  // A gain is the difference of two scores, so it scatters by sqrt(2) more; 1.96 deviations are 95 %.
  return { noise, min_gain: 1.96 * Math.SQRT2 * noise, scores: scores.map(([a, b]) => [a, b]) };
}
