import { plText } from "../../evaluators/drawings/sidebyside.ts";
import { withGains } from "../../evaluators/pictures/gains.ts";
import type { Picture } from "../../evaluators/pictures/picture.ts";
import {
  type ColourShift,
  type Differences,
  differences,
  type LightDifference,
  lightDifference,
  type RegionDifference,
} from "../../evaluators/pictures/regions.ts";

/** One measured difference in words. */
export interface Finding {
  level: "critical" | "major" | "minor";
  /** PL this difference accounts for. */
  loss: number;
  text: string;
  /** What to do about it; null when the numbers suggest nothing. */
  advice: string | null;
  where: string;
}

/** PL from which a difference counts as critical, major, minor; 0.01 is a root mean squared error of a tenth of white. */
const levels = { critical: 0.005, major: 0.001, minor: 0.00002 } as const;

function levelOf(loss: number): Finding["level"] {
  if (loss >= levels.critical) return "critical";
  return loss >= levels.major ? "major" : "minor";
}

const percent = (part: number) => {
  const value = part * 100;
  return `${value < 1 ? value.toFixed(1) : Math.round(value)} %`;
};
const factor = (value: number) => (value < 10 ? value.toFixed(2) : value.toFixed(0));

/** Under this many % nobody sees a change of brightness. */
const visibleBrightness = 3;

function brightnessText(brightness: number): string | null {
  if (Math.abs(brightness) < visibleBrightness) return null;
  if (brightness > 100) return `${(1 + brightness / 100).toFixed(1)} times as bright as the target`;
  return `${Math.round(Math.abs(brightness))} % too ${brightness < 0 ? "dark" : "bright"}`;
}

function castText({ cast, tooMuch, hue }: ColourShift): string | null {
  if (tooMuch === "") return null;
  const turned = hue !== null && Math.abs(hue) >= 8 ? `, hue turned by ${Math.round(hue)} degrees` : "";
  return `too ${tooMuch} (colour off by ${cast.toFixed(2)} in OKLab${turned})`;
}

function side(px: number, of: number, positive: string, negative: string): string | null {
  if (px === 0) return null;
  return `${Math.abs(px)} px (${percent(Math.abs(px) / of)}) ${px > 0 ? positive : negative}`;
}

function movedText(region: RegionDifference, width: number, height: number): { text: string; advice: string } | null {
  const moved = region.displacement;
  if (moved === null) return null;
  const join = (parts: (string | null)[]) => parts.filter((part) => part !== null).join(" and ");
  const off = join([
    side(moved.dx, width, "too far right", "too far left"),
    side(moved.dy, height, "too low", "too high"),
  ]);
  const back = join([side(-moved.dx, width, "to the right", "to the left"), side(-moved.dy, height, "down", "up")]);
  return { text: `its content sits ${off}`, advice: `move what is seen there ${back} in the picture` };
}

function contentText(region: RegionDifference): { text: string; advice: string } | null {
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

function lightAdvice(region: RegionDifference): string | null {
  const [r, g, b] = region.gains;
  const channels = `red x${factor(r)}, green x${factor(g)}, blue x${factor(b)}`;
  const dim = Math.abs(region.brightness) >= visibleBrightness;
  if (dim && region.tooMuch !== "") {
    return `${region.brightness < 0 ? "raise" : "lower"} the light there about x${factor(region.light)} and take out ${region.tooMuch} (linear colour ${channels}), by the lamp's colour or the surface's base colour`;
  }
  if (dim) {
    return `${region.brightness < 0 ? "raise the light there" : "lower the light there"} about x${factor(region.light)}, or ${region.brightness < 0 ? "lighten" : "darken"} the surface by as much`;
  }
  if (region.tooMuch !== "") return `take out ${region.tooMuch} there: linear colour ${channels}`;
  return null;
}

/** Part of a region's squared error that its mean brightness explains, 0..1. */
function byBrightness({ offset, pl }: RegionDifference): number {
  return pl === 0 ? 0 : Math.min(1, (offset / 255) ** 2 / pl);
}

/** Where means explain less than this, it is shapes that differ. */
const shapesBelow = 0.15;

function regionFinding(region: RegionDifference, found: Differences, view: string, beyond: string): Finding {
  const { x, y, width, height } = region.box;
  const place = `${view}${region.where} (x ${x}-${x + width}, y ${y}-${y + height}; ${percent(region.area)} of the picture, ${percent(region.share)} of the loss${beyond})`;
  const moved = movedText(region, found.width, found.height);
  const content = contentText(region);
  const shapes = moved === null && content === null && region.tooMuch === "" && byBrightness(region) < shapesBelow;
  const parts = [
    moved?.text,
    content?.text,
    shapes ? "shapes, edges or places differ more than light does" : null,
    brightnessText(region.brightness),
    castText(region),
  ].filter((part): part is string => typeof part === "string");
  const advice = [
    moved?.advice,
    content?.advice,
    shapes ? "check place, size and shape of what is seen there" : null,
    moved === null && !shapes ? lightAdvice(region) : null,
  ].filter((part): part is string => typeof part === "string");
  const loss = region.share * found.pl;
  return {
    level: levelOf(loss),
    loss,
    where: `${view}${region.where}`,
    text: `${place}: ${parts.length === 0 ? "colours differ a little" : parts.join("; ")}`,
    advice: advice.length === 0 ? null : `${view}${region.where}: ${advice.join("; ")}`,
  };
}

/** Light and colour that are off everywhere; null while they explain little of the loss. */
function lightFinding({ pl, shift, plAfterGains }: LightDifference, view: string): Finding | null {
  const loss = pl - plAfterGains;
  const look = [brightnessText(shift.brightness), castText(shift)].filter((part) => part !== null);
  if (loss < 0.15 * pl || loss < levels.minor || look.length === 0) return null;
  const [r, g, b] = shift.gains;
  return {
    level: levelOf(loss),
    loss,
    where: `${view}the whole picture`,
    text: `${view}the whole picture is ${look.join(" and ")}; light and colour alone account for ${percent(loss / pl)} of the loss`,
    advice: `${view}scale the strength of all lights (or the exposure) by ${factor(shift.light)}; per channel red x${factor(r)}, green x${factor(g)}, blue x${factor(b)} would bring PL to about ${plText(plAfterGains)}`,
  };
}

/** A shift of everything; its loss is taken as the part of agreement that it explains. */
function shiftFinding(found: Differences, view: string): Finding | null {
  const moved = movedText(found.whole, found.width, found.height);
  if (moved === null || found.whole.displacement === null) return null;
  const { match, unmoved } = found.whole.displacement;
  const loss = found.pl * Math.min(1, match - unmoved);
  return {
    level: levelOf(loss),
    loss,
    where: `${view}the whole picture`,
    text: `${view}the whole picture is displaced: ${moved.text}`,
    advice: `${view}${moved.advice}: turn or move the camera, or everything in front of it`,
  };
}

/**
 * The differences of one view as findings, most loss first. Where light or colour is off everywhere, that is one finding
 * and regions are measured as if it were corrected: their numbers come on top of it. `view` names the view when there
 * are several ("render2: ") and is empty otherwise. Differences below a PL of 0.00002 are left out.
 */
export function findingsOf(render: Picture, goal: Picture, view: string): Finding[] {
  const overall = lightDifference(render, goal);
  const light = lightFinding(overall, view);
  const rest = differences(light === null ? render : withGains(render, overall.shift.gains), goal);
  const beyond = light === null ? "" : " left after that";
  return [light, shiftFinding(rest, view), ...rest.blobs.map((region) => regionFinding(region, rest, view, beyond))]
    .filter((finding) => finding !== null)
    .filter((finding) => finding.loss >= levels.minor)
    .sort((a, b) => b.loss - a.loss);
}
