import { Command } from "commander";
import { VigaError } from "../../config/errors.ts";
import { modeName, modeOf } from "../../config/modes/index.ts";
import { plainJson } from "../../config/plain-text.ts";
import type { DocumentScore } from "../../evaluators/score-documents.ts";
import { print } from "../print.ts";

interface Flags {
  prediction: string;
  reference: string;
  clip?: string;
  json?: boolean;
}

type Scored = Pick<DocumentScore, "loss" | "metrics" | "differences" | "notes">;

/** How the pairs of a mode are scored, by the evaluator that the mode names. */
async function score(
  evaluator: string,
  pair: { prediction: string; reference: string },
  clip: string | null,
): Promise<Scored> {
  const html = [pair.prediction, pair.reference].filter((path) => /\.html?$/i.test(path)).length;
  if (clip !== null && (evaluator !== "pages" || html < 2)) {
    throw new VigaError("config_invalid", "--clip measures Design2Code's CLIP part, of two pages (.html)", {
      hint: "leave it out here; viga eval --clip measures N-CLIP of runs",
    });
  }
  const geometry = await import("../../evaluators/score-geometry.ts");
  if (geometry.isGeometry(pair)) return geometry.scoreGeometry(pair);
  if (evaluator === "slides") return (await import("../../evaluators/score-documents.ts")).scoreDecks(pair);
  if (evaluator === "pages" && html > 0) return (await import("../launch/score-html.ts")).scoreHtml(pair, clip);
  if (evaluator === "pages") return (await import("../../evaluators/score-documents.ts")).scoreScreenshots(pair);
  return { differences: [], ...(await (await import("../../evaluators/score.ts")).scorePair(pair)) };
}

/** `viga score MODE`: one prediction against its reference, by the mode's own measure. */
export function scoreCommand(): Command {
  return new Command("score")
    .description("score one prediction against its reference by the measure of a mode")
    .argument("<MODE>", "whose measure: blendergym, static_scene, design2code, autopresent, ...")
    .requiredOption(
      "--prediction <P>",
      "picture or folder of pictures; a screenshot or page.html; deck.pptx or deck.pptx:3",
    )
    .requiredOption("--reference <R>", "what it should be, of the same kind")
    .option(
      "--clip <MODEL>",
      "of two pages: measure the CLIP part with this CLIP vision model: a local folder, or a name of the hub",
    )
    .option("--json", "answer as JSON")
    .addHelpText(
      "after",
      `
Decks: SlideBench's match, text, colour and position, x100; texts by their characters, where the benchmark takes embeddings.
Two scene.json: places, turns and sizes of things, the camera. Two .glb: the Chamfer distance of their surfaces, in their unit.
Screenshots: block, text, position and colour of the texts that OCR reads on both, and the pixels.
Pages (.html): both are drawn in the sandbox, 1280 px wide, and give Design2Code's own four parts, with --clip its fifth and its
final score; a page beside a screenshot is drawn as wide as that and compared with it. A rick.jpg beside either file is shown.

Examples:
  viga score blendergym --prediction renders/3 --reference renders/goal
  viga score autopresent --prediction output.pptx --reference deck.pptx:3
  viga score blendergym --prediction renders/3/scene.json --reference renders/goal/scene.json
  viga score design2code --prediction page.png --reference 2.png --json
  viga score design2code --prediction index.html --reference 2.html`,
    )
    .action(async (mode: string, { json, clip, ...pair }: Flags) => {
      const found = await score(modeOf(modeName(mode)).evaluator, pair, clip ?? null);
      if (json) return print(`${plainJson(found)}\n`);
      const lines = Object.entries(found.metrics).map(
        ([name, value]) => `${name.padEnd(18)} ${Number(value.toPrecision(6))}`,
      );
      const loss = found.loss === null ? [] : [`${"loss".padEnd(18)} ${Number(found.loss.toPrecision(6))}`];
      const differences = found.differences.map((text) => `- ${text}`);
      print(`${[...loss, ...lines, ...differences, ...(found.notes ?? [])].join("\n")}\n`);
    });
}
