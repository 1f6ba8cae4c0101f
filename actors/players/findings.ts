import type { Differences, RegionDifference } from "../../evaluators/regions.ts";
import { plText } from "../../evaluators/sidebyside.ts";

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

function castText({ cast, tooMuch, hue }: RegionDifference): string | null {
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

function regionFinding(region: RegionDifference, found: Differences, view: string): Finding {
  const { x, y, width, height } = region.box;
  const place = `${view}${region.where} (x ${x}-${x + width}, y ${y}-${y + height}; ${percent(region.area)} of the picture, ${percent(region.share)} of the loss)`;
  const moved = movedText(region, found.width, found.height);
  const content = contentText(region);
  const parts = [moved?.text, content?.text, brightnessText(region.brightness), castText(region)].filter(
    (part): part is string => typeof part === "string",
  );
  const advice = [moved?.advice, content?.advice, moved === null ? lightAdvice(region) : null].filter(
    (part): part is string => typeof part === "string",
  );
  const loss = region.share * found.pl;
  return {
    level: levelOf(loss),
    loss,
    where: `${view}${region.where}`,
    text: `${place}: ${parts.length === 0 ? "shapes or texture differ at equal brightness and colour" : parts.join("; ")}`,
    advice: advice.length === 0 ? null : `${view}${region.where}: ${advice.join("; ")}`,
  };
}

/** What holds for the picture as a whole: light and colour, and a shift of everything. */
function wholeFindings(found: Differences, view: string): Finding[] {
  const { whole, pl, plAfterGains } = found;
  const findings: Finding[] = [];
  const byLight = pl - plAfterGains;
  const look = [brightnessText(whole.brightness), castText(whole)].filter((part) => part !== null);
  if (byLight > 0.15 * pl && byLight >= levels.minor && look.length > 0) {
    findings.push({
      level: levelOf(byLight),
      loss: byLight,
      where: `${view}the whole picture`,
      text: `${view}the whole picture is ${look.join(" and ")}; light and colour alone account for ${percent(byLight / pl)} of the loss`,
      advice: `${view}scale the strength of all lights (or the exposure) by ${factor(whole.light)}; per channel red x${factor(whole.gains[0])}, green x${factor(whole.gains[1])}, blue x${factor(whole.gains[2])} would bring PL to about ${plText(plAfterGains)}`,
    });
  }
  const moved = movedText(whole, found.width, found.height);
  if (moved !== null && whole.displacement !== null) {
    const loss = pl * Math.min(1, whole.displacement.match - whole.displacement.unmoved);
    findings.push({
      level: levelOf(loss),
      loss,
      where: `${view}the whole picture`,
      text: `${view}the whole picture is displaced: ${moved.text}`,
      advice: `${view}${moved.advice}: turn or move the camera, or everything in front of it`,
    });
  }
  return findings;
}

/**
 * The differences of one view as findings, most loss first. `view` names the view when there are several ("render2: ")
 * and is empty otherwise. Differences below a PL of 0.00002 are left out.
 */
export function findingsOf(found: Differences, view: string): Finding[] {
  const regions = found.blobs.map((region) => regionFinding(region, found, view));
  return [...wholeFindings(found, view), ...regions]
    .filter((finding) => finding.loss >= levels.minor)
    .sort((a, b) => b.loss - a.loss);
}
