import { plText } from "../../evaluators/drawings/sidebyside.ts";
import type { Rect } from "../../evaluators/pictures/object-map.ts";
import { type Differences, type RegionDifference, whereIs } from "../../evaluators/pictures/regions.ts";
import { type Compared, type Examined, examine, leastLoss } from "./evidence/examine.ts";
import {
  brightnessText,
  castText,
  channelsText,
  movedText,
  type RegionWords,
  regionWords,
} from "./evidence/region-words.ts";
import { thingWords } from "./evidence/thing-words.ts";
import { everything, factor, percent, withinFrame } from "./evidence/units.ts";
import type { SeenView } from "./evidence/views.ts";

/** One measured difference in words. */
export interface Finding {
  level: "critical" | "major" | "minor";
  /** PL this difference accounts for. */
  loss: number;
  text: string;
  /** What to do about it; null when the numbers suggest nothing. */
  advice: string | null;
  where: string;
  /** In fractions of the picture. */
  rect: Rect;
}

/** PL from which a difference counts as critical or major; 0.01 is a root mean squared error of a tenth of white. */
const levels = { critical: 0.005, major: 0.001 } as const;

function levelOf(loss: number): Finding["level"] {
  if (loss >= levels.critical) return "critical";
  return loss >= levels.major ? "major" : "minor";
}

type Unlevelled = Omit<Finding, "level">;

/** Light and colour that are off everywhere; none while they explain little of the loss. */
function lightFindings({ light, corrected }: Examined, view: string, frame: Rect): Unlevelled[] {
  const { pl, shift, plAfterGains } = light;
  const look = [brightnessText(shift.brightness), castText(shift)].filter((part) => part !== null);
  if (!corrected || look.length === 0) return [];
  const loss = pl - plAfterGains;
  return [
    {
      loss,
      where: `${view}the whole picture`,
      text: `${view}the whole picture is ${look.join(" and ")}; light and colour alone account for ${percent(loss / pl)} of the loss`,
      advice: `${view}scale the strength of all lights (or the exposure) by ${factor(shift.light)}; per channel ${channelsText(shift.gains)} would bring PL to about ${plText(plAfterGains)}`,
      rect: frame,
    },
  ];
}

/** A shift of everything; its loss is taken as the part of agreement that it explains. */
function shiftFindings({ rest }: Examined, view: string, frame: Rect): Unlevelled[] {
  const moved = movedText(rest.whole, rest, frame);
  if (moved === null || rest.whole.displacement === null) return [];
  const { match, unmoved } = rest.whole.displacement;
  return [
    {
      loss: rest.pl * Math.min(1, match - unmoved),
      where: `${view}the whole picture`,
      text: `${view}the whole picture is displaced: ${moved.text}`,
      advice: `${view}${moved.advice}: turn or move the camera, or everything in front of it`,
      rect: frame,
    },
  ];
}

function thingFindings(examined: Examined, view: string, frame: Rect): Unlevelled[] {
  return thingWords(examined, frame).map(({ names, loss, text, advice, rect }) => ({
    loss,
    where: `${view}${names}, ${whereIs({ x: rect.left, y: rect.top, width: rect.right - rect.left, height: rect.bottom - rect.top }, 1, 1)}`,
    text: `${view}${text}`,
    advice: `${view}${advice}`,
    rect,
  }));
}

/** Part of a region's error above which it is nothing but what samples scatter by. */
const mostGrain = 0.8;

/** Whether a region differs by more than its grain: what two drawings of one scene differ by is no difference. */
const isTelling = ({ share, grain }: RegionDifference, { pl }: Differences) =>
  grain < mostGrain && (1 - grain) * share * pl >= leastLoss;

function regionFindings({ rest, corrected }: Examined, view: string, frame: Rect): Unlevelled[] {
  const beyond = corrected ? " left after that" : "";
  const said = rest.blobs.map((region) => {
    const rect = withinFrame(region.rect, frame);
    return { region, rect, words: regionWords(region, rest, { rect, frame, beyond }) };
  });
  const telling = said.filter(({ region }) => isTelling(region, rest));
  const shapes = telling.filter(({ words }) => words.shapes).map(({ words }) => words.name);
  return telling.map(({ region, rect, words }) => ({
    loss: region.share * rest.pl,
    where: `${view}${words.name}`,
    text: `${view}${words.text}`,
    advice: regionAdvice(words, shapes, view),
    rect,
  }));
}

/** Regions where shapes differ share one piece of advice, with the first of them. */
function regionAdvice({ advice, name }: RegionWords, shapes: readonly string[], view: string): string | null {
  const shared = name === shapes[0] ? `check place, size and shape of ${shapes.join("; ")}` : null;
  const own = advice === null ? null : `${name}: ${advice}`;
  const both = [own, shared].filter((part) => part !== null);
  return both.length === 0 ? null : `${view}${both.join("; ")}`;
}

/**
 * The differences of one view as findings, most loss first. A thing that stands elsewhere in the target is one finding of
 * its place and size; what its pixels show is no matter of light or colour. Where light or colour is off everywhere, that
 * is one finding and regions are measured as if it were corrected. Places are fractions of the picture.
 *
 * @param view names the view when there are several ("render2: ") and is empty otherwise
 * @param frame the part of the picture that is compared, where it is not all of it
 */
export function findingsOf(compared: Compared, view: string, frame: Rect = everything): Finding[] {
  const examined = examine(compared);
  return [
    ...lightFindings(examined, view, frame),
    ...shiftFindings(examined, view, frame),
    ...thingFindings(examined, view, frame),
    ...regionFindings(examined, view, frame),
  ]
    .filter((finding) => finding.loss >= leastLoss)
    .sort((a, b) => b.loss - a.loss)
    .map((finding) => ({ level: levelOf(finding.loss), ...finding }));
}

/** A finding, and the view that it is about. */
export type ViewFinding = Finding & { view: string };

/** The findings of all views of a state, most loss of the whole (the mean over the views) first. */
export function findingsOfViews(views: readonly SeenView[]): ViewFinding[] {
  return views
    .flatMap((view) =>
      findingsOf(view, views.length === 1 ? "" : `${view.name}: `).map((finding) => ({
        ...finding,
        loss: finding.loss / views.length,
        view: view.name,
      })),
    )
    .sort((a, b) => b.loss - a.loss);
}
