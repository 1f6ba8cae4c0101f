import { whereIs } from "../../evaluators/pictures/regions.ts";
import type { Feedback } from "../../machines/domain/index.ts";
import type { Kind, Perturbation } from "./perturb.ts";

/** One difference that a verifier claims. */
export interface Claim {
  level: "critical" | "major" | "minor";
  text: string;
  /** The scene's things that it names. */
  things: string[];
}

/** Words that say what kind a difference is of. */
const words: Readonly<Record<Exclude<Kind, "nothing">, RegExp>> = {
  moved: /\b(sits?|too (far )?(left|right|low|high)|displaced|shifted|moved?|position|place[ds]?)\b/i,
  removed: /\b(missing|absent|lacks?|gone|removed|not (there|present|visible)|add)\b/i,
  recoloured: /\b(colou?rs?|hue|paint|tint|red|green|blue|yellow|orange|purple|cast)\b/i,
  resized:
    /\b(times (its|the|as) (size|large)|size|larger|smaller|bigger|scale[ds]?|too (large|small|big|tall|wide))\b/i,
  turned: /\b(turn(ed)?|rotat\w+|tilt\w*|orient\w+|angle)\b/i,
  light: /\b(bright(er|ness)?|dark(er)?|light(s|ing)?|exposure|dim(mer)?)\b/i,
  camera: /\b(camera|view(point)?|framing|the whole picture is displaced|everything (is|sits))\b/i,
};

const opposites = { left: "right", right: "left", up: "down", down: "up" } as const;

/** Words that say which way something is off, and those that say which way to mend it. */
const off: Readonly<Record<NonNullable<Perturbation["direction"]>, RegExp>> = {
  left: /\btoo far (to the )?left|\bshifted (to the )?left/i,
  right: /\btoo far (to the )?right|\bshifted (to the )?right/i,
  up: /\btoo (high|far up)/i,
  down: /\btoo (low|far down)/i,
  larger: /\btoo (large|big|tall|wide)|\b(larger|bigger) than|(\d+(\.\d+)?) times its size/i,
  smaller: /\btoo (small|short|narrow)|\bsmaller than|(\d+(\.\d+)?) times its size/i,
  brighter: /\btoo bright|\bbrighter than|times as bright/i,
  darker: /\btoo dark|\bdarker than|\btoo dim/i,
};

export function claimsOf({ visual_difference }: Feedback, names: readonly string[]): Claim[] {
  return (["critical", "major", "minor"] as const).flatMap((level) =>
    visual_difference[level].map((text) => ({
      level,
      text,
      things: names.filter((name) => new RegExp(`\\b${name}\\b`, "i").test(text)),
    })),
  );
}

/** Numbers of a text: parts of the picture's side, factors, degrees. */
function numbersIn(text: string, pattern: RegExp): number[] {
  return [...text.matchAll(pattern)].map((match) => Number(match[1]));
}

function amounts(text: string, kind: Kind): number[] {
  if (kind === "moved" || kind === "camera")
    return numbersIn(text, /(\d+(?:\.\d+)?) % of the width/g).map((value) => value / 100);
  if (kind === "resized") return numbersIn(text, /(\d+(?:\.\d+)?) times/g);
  if (kind === "turned") return numbersIn(text, /(\d+(?:\.\d+)?) ?(?:degrees|°)/g);
  // What to do about light is told as the factor that undoes it.
  if (kind === "light") return numbersIn(text, /by (\d+(?:\.\d+)?)/g).map((value) => 1 / value);
  return [];
}

/** How far a told amount may be off, as a part of it. */
const slack = 0.3;

/** What of a known difference a verifier's feedback names; null: that is not asked of this kind. */
export interface Named {
  /** A claim concerns it: names its thing, or, of light and camera, speaks of that. */
  difference: boolean;
  /** The first claim does. */
  first: boolean;
  kind: boolean;
  place: boolean | null;
  direction: boolean | null;
  amount: boolean | null;
}

/** The place of a thing in the picture, as a region's words would call it. */
const cellOf = ({ at }: Perturbation) =>
  at === null ? null : whereIs({ x: at.x - 0.05, y: at.y - 0.05, width: 0.1, height: 0.1 }, 1, 1);

/** From this part of the scene's things on, a claim about all of them is one about the camera. */
const most = 0.6;

/** Whether a claim is about what is really different. */
export function isRight({ text, things }: Claim, truth: Perturbation, names: readonly string[]): boolean {
  const { kind, thing } = truth;
  if (kind === "nothing") return false;
  if (kind === "camera") return words.camera.test(text) || things.length >= most * names.length;
  if (thing === null) return words[kind].test(text);
  if (things.includes(thing)) return things.length < most * names.length;
  // A thing that the render has not can be named by its place alone.
  return kind === "removed" && text.includes(cellOf(truth)!);
}

export function namedIn(
  feedback: Feedback,
  claims: readonly Claim[],
  truth: Perturbation,
  names: readonly string[],
): Named {
  const { kind, thing, direction, amount } = truth;
  if (kind === "nothing")
    return { difference: false, first: false, kind: false, place: null, direction: null, amount: null };
  const about = claims.filter((claim) => isRight(claim, truth, names));
  const advice = feedback.edit_suggestion.filter((text) =>
    thing === null ? words[kind].test(text) : new RegExp(`\\b${thing}\\b`, "i").test(text),
  );
  const said = [...about.map(({ text }) => text), ...advice];
  const cell = cellOf(truth);
  const wrongWay = (text: string) => direction !== null && (off[direction].test(text) || mends(text, direction));
  return {
    difference: about.length > 0,
    first: claims[0] !== undefined && isRight(claims[0], truth, names),
    kind: said.some((text) => words[kind].test(text)),
    place:
      cell === null ? null : claims.some(({ text, things }) => text.includes(cell) || things.includes(thing ?? "")),
    direction: direction === null ? null : said.some(wrongWay),
    amount:
      amount === null
        ? null
        : said.some((text) => amounts(text, kind).some((told) => Math.abs(told - amount) <= slack * amount)),
  };
}

function mends(text: string, direction: NonNullable<Perturbation["direction"]>): boolean {
  const back = direction in opposites ? opposites[direction as keyof typeof opposites] : null;
  return back !== null && new RegExp(`\\b(move|shift)\\b.*\\b(to the )?${back}\\b`, "i").test(text);
}
