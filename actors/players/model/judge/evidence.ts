import sharp from "sharp";
import type { ImagePart, Part } from "../../../../bridge/models/contract.ts";
import { heatMap } from "../../../../evaluators/drawings/heatmap.ts";
import { sideBySide } from "../../../../evaluators/drawings/sidebyside.ts";
import { pairViews } from "../../../../evaluators/photometric.ts";
import { changeBetween } from "../../../../evaluators/pictures/change.ts";
import type { Box } from "../../../../evaluators/pictures/displacement.ts";
import { decodePicture, type Picture } from "../../../../evaluators/pictures/picture.ts";
import { alignedGoal } from "../../../../evaluators/pictures/pl.ts";
import { type Differences, differences } from "../../../../evaluators/pictures/regions.ts";
import type { Measurement } from "../../../../machines/domain/index.ts";
import { findingsOf } from "../../findings.ts";
import type { Observation, PlayerIO } from "../../player.ts";
import { imagePart } from "../prompt/opening.ts";
import { figure, measuredText } from "../prompt/round-text.ts";
import { type SceneObject, sceneObjects } from "./claims.ts";

/** One view of the state with its target, decoded; `target` has the render's size. */
export interface SeenView {
  name: string;
  render: Picture;
  target: Picture;
  found: Differences;
}

export interface Evidence {
  views: SeenView[];
  objects: SceneObject[] | null;
  /** Part of the pixels that changed since the round before, over all views; null when there is nothing to compare. */
  changed: number | null;
  /** The heat map of the worst view as a PNG; null without a target. */
  heat: Buffer | null;
}

/** Crops of the worst regions that a verifier is shown, at most. */
const mostCrops = 3;
/** Side that small crops are enlarged to, px. */
const cropSide = 256;

/** Everything that can be measured about an observation before any model looks at it. */
export async function gatherEvidence(observation: Observation, io: PlayerIO): Promise<Evidence> {
  const { state, task, previous } = observation;
  const views = await Promise.all(
    pairViews(state.renders, task.targets).map(async ({ name, image, target }): Promise<SeenView> => {
      const render = await decodePicture(await io.bytes(image), `render ${name}`);
      const goal = alignedGoal(render, await decodePicture(await io.bytes(target), `target ${name}`));
      return { name, render, target: goal, found: differences(render, goal) };
    }),
  );
  views.sort((a, b) => b.found.pl - a.found.pl);
  const worst = views[0];
  const objects = state.scene === undefined ? null : sceneObjects(await io.text(state.scene));
  const changes = previous?.state.ok ? await changedParts(observation, io) : [];
  return {
    views,
    objects,
    changed: changes.length === 0 ? null : changes.reduce((sum, part) => sum + part, 0) / changes.length,
    heat: worst === undefined ? null : (await heatMap(worst.render, worst.target)).png,
  };
}

/** Per render of the same name and size: which part of its pixels changed since the round before. */
async function changedParts(observation: Observation, io: PlayerIO): Promise<number[]> {
  const before = observation.previous?.state.renders ?? [];
  const parts = await Promise.all(
    observation.state.renders.map(async ({ name, image }) => {
      const old = before.find((render) => render.name === name);
      if (old === undefined) return null;
      if (old.image === image) return 0;
      const [then, now] = await Promise.all(
        [old.image, image].map(async (ref) => decodePicture(await io.bytes(ref), name)),
      );
      return changeBetween(then!, now!, now!)?.changed ?? null;
    }),
  );
  return parts.filter((part) => part !== null);
}

const text = (said: string): Part => ({ type: "text", text: said });
const png = (bytes: Buffer, label: string, drop: number): ImagePart => ({
  type: "image",
  bytes,
  media: "image/png",
  label,
  drop,
});

/** The measured part of a verifier's message, in words and numbers. */
function measuredSection(observation: Observation, evidence: Evidence, measurement: Measurement): string {
  const { measures, previous } = observation;
  const lines = ["# Measured", measuredText(measures, previous?.measures ?? null, measurement)];
  if (evidence.changed !== null) {
    const part = evidence.changed;
    lines.push(
      part === 0
        ? "The pictures are pixel for pixel those of the round before."
        : `${(100 * part).toFixed(1)} % of the pixels changed since the round before.`,
    );
  }
  for (const view of evidence.views) {
    const found = findingsOf(view.render, view.target, evidence.views.length > 1 ? `${view.name}: ` : "");
    lines.push(...found.slice(0, 8).map((finding) => `- ${finding.text} (loss ${figure(finding.loss)})`));
  }
  return lines.join("\n");
}

async function cropOf(picture: Picture, box: Box): Promise<Buffer> {
  const margin = Math.round(Math.max(8, 0.15 * Math.max(box.width, box.height)));
  const left = Math.max(0, box.x - margin);
  const top = Math.max(0, box.y - margin);
  const width = Math.min(picture.width - left, box.width + 2 * margin);
  const height = Math.min(picture.height - top, box.height + 2 * margin);
  const raw = { width: picture.width, height: picture.height, channels: 3 } as const;
  const scale = Math.max(1, Math.min(4, Math.floor(cropSide / Math.max(width, height))));
  const cut = await sharp(picture.rgb, { raw }).extract({ left, top, width, height }).png().toBuffer();
  return scale === 1
    ? cut
    : sharp(cut)
        .resize(width * scale, height * scale, { kernel: "nearest" })
        .png()
        .toBuffer();
}

async function crops(views: readonly SeenView[]): Promise<Part[]> {
  const regions = views
    .flatMap((view) =>
      view.found.blobs.map((region) => ({ view, region, loss: (region.share * view.found.pl) / views.length })),
    )
    .filter(({ region }) => region.area < 0.5)
    .sort((a, b) => b.loss - a.loss)
    .slice(0, mostCrops);
  return Promise.all(
    regions.map(async ({ view, region }, index) => {
      const [target, render] = await Promise.all([cropOf(view.target, region.box), cropOf(view.render, region.box)]);
      const sheet = await sideBySide([
        { label: "target", image: target },
        { label: "render", image: render },
      ]);
      // The crop that carries least of the loss is the first to go when pictures must be left out.
      return png(sheet, `${view.name}, ${region.where}: target and render, enlarged`, mostCrops - index);
    }),
  );
}

/**
 * What is measured and seen of a round: numbers, and pictures: render, target and render side by side, the heat map, the
 * worst regions enlarged, the render before. The render is never left out.
 */
export async function evidenceParts(observation: Observation, evidence: Evidence, io: PlayerIO): Promise<Part[]> {
  const { state, previous, t } = observation;
  const parts: Part[] = [text(measuredSection(observation, evidence, io.measurement))];
  parts.push(text(`# Pictures of round ${t}`));
  for (const render of state.renders) parts.push(await imagePart(io, render.image, `render ${render.name}`));
  const worst = evidence.views[0];
  if (worst !== undefined) {
    const sheet = await sideBySide([
      { label: "target", image: worst.target },
      { label: "render", image: worst.render, pl: worst.found.pl },
    ]);
    parts.push(png(sheet, `${worst.name}: target and render side by side`, 10));
    if (evidence.heat) parts.push(png(evidence.heat, `${worst.name}: heat map of the differences (bright: large)`, 8));
    parts.push(...(await crops(evidence.views)));
  }
  const before = previous?.state.ok ? previous.state.renders[0] : undefined;
  if (before !== undefined && evidence.changed !== 0) {
    parts.push(await imagePart(io, before.image, `render of round ${previous?.t}, before the last change`, 0));
  }
  parts.push(text("Look, use a tool if a question is open, then call end_process."));
  return parts;
}
