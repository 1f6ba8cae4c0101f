import { type Clip, negativeClip } from "../features/clip.ts";
import { pairViews } from "../photometric.ts";
import { decodePicture } from "../pictures/picture.ts";
import type { Column } from "./column.ts";

/** `n_clip`: 1 - the cosine of CLIP's features of render and target, mean over views, by the model that was given. */
export const nClip = (clip: Clip, model: string): Column => ({
  metrics: [
    {
      name: "n_clip",
      label: "N-CLIP",
      title: `1 - cosine of the features of ${model}`,
      better: "lower",
      unit: "",
      digits: 4,
    },
  ],
  async measure({ state, task, read }) {
    const pairs = pairViews(state.renders, task.targets);
    if (pairs.length === 0) return {};
    let sum = 0;
    for (const { name, image, target } of pairs) {
      const [render, goal] = [
        await decodePicture(await read(image), name),
        await decodePicture(await read(target), name),
      ];
      sum += await negativeClip(clip, render, goal);
    }
    return { n_clip: sum / pairs.length };
  },
});
