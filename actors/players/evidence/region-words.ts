import type { Rect } from "../../../evaluators/pictures/object-map.ts";
import type { ColourShift, RegionDifference } from "../../../evaluators/pictures/regions.ts";
import { factor, percent, rectText, thingsText } from "./units.ts";

/** Under this many % nobody sees a change of brightness. */
const visibleBrightness = 3;
/** A factor on light nearer to 1 than this is no advice. */
const leastFactor = 0.03;

export function brightnessText(brightness: number): string | null {
  if (Math.abs(brightness) < visibleBrightness) return null;
  if (brightness > 100) return `${(1 + brightness / 100).toFixed(1)} times as bright as the target`;
  return `${Math.round(Math.abs(brightness))} % too ${brightness < 0 ? "dark" : "bright"}`;
}

export function castText({ cast, tooMuch, hue }: ColourShift): string | null {
  if (tooMuch === "") return null;
  const turned = hue !== null && Math.abs(hue) >= 8 ? `, hue turned by ${Math.round(hue)} degrees` : "";
  return `too ${tooMuch} (colour off by ${cast.toFixed(2)} in OKLab${turned})`;
}

export const channelsText = ([r, g, b]: ColourShift["gains"]) =>
  `red x${factor(r)}, green x${factor(g)}, blue x${factor(b)}`;

export interface Said {
  text: string;
  advice: string;
}

/** An apparent shift of a region's content; `frame` is the part of the picture that width and height are of. */
export function movedText(
  { displacement }: RegionDifference,
  { width, height }: { width: number; height: number },
  frame: Rect,
): Said | null {
  if (displacement === null) return null;
  const [x, y] = [
    (displacement.dx / width) * (frame.right - frame.left),
    (displacement.dy / height) * (frame.bottom - frame.top),
  ];
  const side = (part: number, of: string, positive: string, negative: string) =>
    part === 0 ? null : `${percent(Math.abs(part))} of the ${of} ${part > 0 ? positive : negative}`;
  const join = (parts: (string | null)[]) => parts.filter((part) => part !== null).join(" and ");
  const off = join([side(x, "width", "too far right", "too far left"), side(y, "height", "too low", "too high")]);
  const back = join([side(-x, "width", "to the right", "to the left"), side(-y, "height", "down", "up")]);
  return { text: `its content sits ${off}`, advice: `move what is seen there ${back} in the picture` };
}

function contentText(region: RegionDifference): Said | null {
  const spread = `spread of brightness ${region.detail.render.toFixed(0)} against ${region.detail.goal.toFixed(0)} levels`;
  if (region.content === "missing") {
    return {
      text: `the target shows detail that the render lacks (${spread})`,
      advice: "add, move in or uncover what the target shows there, or give the surface its texture",
    };
  }
  if (region.content === "extra") {
    return {
      text: `the render shows detail that the target lacks (${spread})`,
      advice: "remove, move away or hide what the render shows there, or make the surface plainer",
    };
  }
  return null;
}

/** What to do about light and colour: the verb follows the factor. None where brightness and factor point apart. */
function lightAdvice(region: RegionDifference): string | null {
  const { light, brightness, tooMuch, gains } = region;
  const colour = `take out ${tooMuch} (linear colour ${channelsText(gains)})`;
  const raise = light > 1;
  const clear = Math.abs(light - 1) >= leastFactor && brightness < 0 === raise;
  if (Math.abs(brightness) < visibleBrightness || !clear) return tooMuch === "" ? null : `${colour} there`;
  const lamp = `${raise ? "raise" : "lower"} the light there about x${factor(light)}`;
  return tooMuch === ""
    ? `${lamp}, or ${raise ? "lighten" : "darken"} the surface by as much`
    : `${lamp} and ${colour}, by the lamp's colour or the surface's base colour`;
}

/** Part of a region's squared error that its mean brightness explains, 0..1. */
function byBrightness({ offset, pl }: RegionDifference): number {
  return pl === 0 ? 0 : Math.min(1, (offset / 255) ** 2 / pl);
}

/** Where means explain less than this, it is shapes that differ. */
const shapesBelow = 0.15;

export interface RegionWords {
  /** What and where, in short: "Saucer, lower left". */
  name: string;
  text: string;
  advice: string | null;
  /** True: what differs is shapes, edges or places, and only that. */
  shapes: boolean;
}

/**
 * A region in words. `rect` is its place in the whole picture, `frame` the part of the picture that was examined;
 * `beyond` says what its numbers come on top of.
 */
export function regionWords(
  region: RegionDifference,
  found: { width: number; height: number },
  place: { rect: Rect; frame: Rect; beyond: string },
): RegionWords {
  const things = thingsText(region.things);
  const name = things === "" ? region.where : `${things}, ${region.where}`;
  const moved = movedText(region, found, place.frame);
  const content = contentText(region);
  const shapes = moved === null && content === null && region.tooMuch === "" && byBrightness(region) < shapesBelow;
  const parts = [
    moved?.text,
    content?.text,
    shapes ? "shapes, edges or places differ more than light does" : null,
    brightnessText(region.brightness),
    castText(region),
  ].filter((part): part is string => typeof part === "string");
  const advice = [moved?.advice, content?.advice, moved === null && !shapes ? lightAdvice(region) : null].filter(
    (part): part is string => typeof part === "string",
  );
  const loss = `${percent(region.share)} of the loss${place.beyond}`;
  return {
    name,
    text: `${name} (${rectText(place.rect)}; ${loss}): ${parts.length === 0 ? "colours differ a little" : parts.join("; ")}`,
    advice: advice.length === 0 ? null : advice.join("; "),
    shapes,
  };
}
