import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { MetricInfo } from "../../machines/domain/index.ts";
import type { Column } from "./column.ts";
import type { Judge } from "./judge.ts";

/** SlideBench's reference-free parts, each asked for in a call of its own. */
const aspects = [
  ["text", "Is the text correct, short, well worded and readable, with a title and a clear order?"],
  [
    "image",
    "Do the pictures fit the content, are they sharp, undistorted and of a good size? Without pictures: are none missed?",
  ],
  ["layout", "Are things aligned and well spaced, does nothing overlap, leave the slide, or leave large empty areas?"],
  ["color", "Do the colours go together, and does the text stand out from what is behind it?"],
] as const;

/** What every slide is checked for, where its task brings no list of its own (checklist.txt, one item a line). */
const commonItems = [
  "All text lies inside the slide and inside its own shape.",
  "No text covers another text or an important part of a picture.",
  "Every text stands out enough from its background to be read.",
  "There is a title, and it is larger than the other text.",
  "No picture is stretched or squeezed.",
  "No placeholder text is left over.",
];

const info = (name: string, label: string, title: string, unit: string): MetricInfo => ({
  name,
  label,
  title,
  better: "higher",
  unit,
  digits: 3,
});

async function itemsFor(source: string | null): Promise<readonly string[]> {
  const path = source === null ? null : join(source, "checklist.txt");
  if (path === null || !existsSync(path)) return commonItems;
  const lines = (await readFile(path, "utf8")).split("\n").map((line) => line.replace(/^\s*[-*]\s*/, "").trim());
  const items = lines.filter((line) => line !== "");
  return items.length === 0 ? commonItems : items;
}

/** SlideBench's reference-free parts x20 (0..100), their mean, and the part of a yes/no list that holds, by a judge. */
export const slideJudged = (judge: Judge): Column => ({
  paid: true,
  metrics: [
    ...aspects.map(([name]) =>
      info(`judged_${name}`, `${name} (judged)`, `SlideBench's ${name} by ${judge.name}, 0 to 100`, ""),
    ),
    info("judged", "reference-free", `mean of the four by ${judge.name}, 0 to 100`, ""),
    info("checklist", "checklist", `part of the list's items that hold, by ${judge.name}`, ""),
  ],
  async measure({ state, task, read, source }) {
    const [slide] = state.renders;
    if (slide === undefined) return {};
    const pictures = [{ label: "slide", bytes: await read(slide.image) }];
    const numbers: Record<string, number> = {};
    for (const [name, question] of aspects) {
      numbers[`judged_${name}`] =
        20 * (await judge.score(`Instruction: ${task.text.trim()}\nAspect: ${name}. ${question}`, pictures));
    }
    const answers = await judge.holds(await itemsFor(source), pictures);
    return {
      ...numbers,
      judged: Object.values(numbers).reduce((sum, value) => sum + value, 0) / aspects.length,
      checklist: answers.filter(Boolean).length / answers.length,
    };
  },
});
