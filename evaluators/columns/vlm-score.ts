import { pairViews } from "../photometric.ts";
import type { Column } from "./column.ts";
import type { Judge } from "./judge.ts";

/** The paper's four criteria, each asked for in a call of its own. */
const criteria = [
  ["task completion", "How far does the render do what the task asks for, so that it is the target?"],
  ["visual quality", "How good is the render as a picture: light, materials, no artefacts, as in the target?"],
  ["spatial accuracy", "How exactly do places, directions, sizes and the camera's view agree with the target?"],
  ["detail accuracy", "How exactly do shapes, textures, colours and small things agree with the target?"],
] as const;

/** `vlm_score`, 0..5: the mean of four criteria by a judge that sees target and render, mean over views. */
export const vlmScore = (judge: Judge): Column => ({
  paid: true,
  metrics: [
    {
      name: "vlm_score",
      label: "VLM score",
      title: `mean of four criteria by ${judge.name}, 0 to 5`,
      better: "higher",
      unit: "",
      digits: 3,
    },
  ],
  async measure({ state, task, read }) {
    const pairs = pairViews(state.renders, task.targets);
    if (pairs.length === 0) return {};
    const about = task.text.trim() === "" ? "" : `Task: ${task.text.trim()}\n`;
    let sum = 0;
    for (const { image, target } of pairs) {
      const pictures = [
        { label: "target", bytes: await read(target) },
        { label: "render", bytes: await read(image) },
      ];
      for (const [name, question] of criteria)
        sum += await judge.score(`${about}Criterion: ${name}. ${question}`, pictures);
    }
    return { vlm_score: sum / (pairs.length * criteria.length) };
  },
});
