import type { ImagePart, Part } from "../../../../bridge/models/contract.ts";
import { heatMap } from "../../../../evaluators/drawings/heatmap.ts";
import { type Change, changeBetween } from "../../../../evaluators/pictures/change.ts";
import { decodePicture } from "../../../../evaluators/pictures/picture.ts";
import { photometricLoss } from "../../../../evaluators/pictures/pl.ts";
import type { Measurement } from "../../../../machines/domain/index.ts";
import { crops, type EvidencePicture, wholePair } from "../../evidence/pictures.ts";
import { findingLines, pictureLine } from "../../evidence/text.ts";
import { type SeenView, sceneOf, seenViews } from "../../evidence/views.ts";
import { findingsOfViews, type ViewFinding } from "../../findings.ts";
import type { Observation, PlayerIO } from "../../player.ts";
import { imagePart } from "../prompt/opening.ts";
import { measuredText } from "../prompt/round-text.ts";
import { type PlacedObject, placedObjects } from "./claims.ts";

export interface Evidence {
  /** Views that have a target, the one with most loss first. */
  views: (SeenView & { pl: number })[];
  findings: ViewFinding[];
  /** How the pictures were drawn, in words; null where the engine does not say. */
  drawn: string | null;
  objects: PlacedObject[] | null;
  /** Part of the pixels that changed since the round before, over all views; null when there is nothing to compare. */
  changed: number | null;
  /** Part of the picture that looks different from the round before. */
  visible: number | null;
  /** The heat map of the worst view as a PNG; null without a target. */
  heat: Buffer | null;
}

/** Crops of the worst regions, and findings in words, that a verifier is shown at most. */
const mostCrops = 3;
const mostFindings = 8;

/** Everything that can be measured about an observation before any model looks at it. */
export async function gatherEvidence(observation: Observation, io: PlayerIO): Promise<Evidence> {
  const { state, task, previous } = observation;
  const scene = await sceneOf(state, io);
  const seen = await seenViews(state, task, scene, io);
  const views = seen.map((view) => ({ ...view, pl: photometricLoss(view.render, view.target) }));
  views.sort((a, b) => b.pl - a.pl);
  const worst = views[0];
  const changes = previous?.state.ok ? await changesSince(observation, io) : [];
  const mean = (of: (change: Change) => number) =>
    changes.length === 0 ? null : changes.reduce((sum, change) => sum + of(change), 0) / changes.length;
  return {
    views,
    findings: findingsOfViews(views),
    drawn: scene && pictureLine(scene),
    objects: scene && placedObjects(scene),
    changed: mean((change) => change.changed),
    visible: mean((change) => change.visible),
    heat: worst === undefined ? null : (await heatMap(worst.render, worst.target)).png,
  };
}

/** Per render of the same name and size: what changed since the round before. */
async function changesSince(observation: Observation, io: PlayerIO): Promise<Change[]> {
  const before = observation.previous?.state.renders ?? [];
  const parts = await Promise.all(
    observation.state.renders.map(async ({ name, image }) => {
      const old = before.find((render) => render.name === name);
      if (old === undefined) return null;
      if (old.image === image) return { changed: 0, visible: 0, cells: [] };
      const [then, now] = await Promise.all(
        [old.image, image].map(async (ref) => decodePicture(await io.bytes(ref), name)),
      );
      return changeBetween(then!, now!, now!);
    }),
  );
  return parts.filter((part) => part !== null);
}

const text = (said: string): Part => ({ type: "text", text: said });
const shown = ({ label, png: bytes }: EvidencePicture, drop: number): ImagePart => ({
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
  if (evidence.changed === 0) lines.push("The pictures are pixel for pixel those of the round before.");
  else if (evidence.visible !== null) {
    lines.push(`${(100 * evidence.visible).toFixed(1)} % of the picture changed visibly since the round before.`);
  }
  if (evidence.drawn !== null) lines.push(evidence.drawn);
  return [...lines, ...findingLines(evidence.findings, mostFindings)].join("\n");
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
    parts.push(shown(await wholePair(worst, worst.pl), 10));
    if (evidence.heat) {
      parts.push(shown({ label: `${worst.name}: heat map of the differences (bright: large)`, png: evidence.heat }, 8));
    }
    // The crop that carries least of the loss is the first to go when pictures must be left out.
    const worstParts = await crops(evidence.views, evidence.findings, mostCrops);
    parts.push(...worstParts.map((crop, index) => shown(crop, mostCrops - index)));
  }
  const before = previous?.state.ok ? previous.state.renders[0] : undefined;
  if (before !== undefined && evidence.changed !== 0) {
    parts.push(await imagePart(io, before.image, `render of round ${previous?.t}, before the last change`, 0));
  }
  parts.push(text("Look, use a tool if a question is open, then call end_process."));
  return parts;
}
