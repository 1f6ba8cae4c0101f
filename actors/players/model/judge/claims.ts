import { z } from "zod";
import type { Feedback, Measures } from "../../../../machines/domain/index.ts";

/** What of scene.json claims are checked against; unknown keys are left alone. */
const sceneData = z.object({
  objects: z.array(
    z.object({
      name: z.string(),
      type: z.string().default("MESH"),
      visible: z.boolean().default(true),
      location: z.array(z.number().nullable()).optional(),
      dimensions: z.array(z.number().nullable()).optional(),
      vertices: z.number().optional(),
    }),
  ),
});
export type SceneObject = z.output<typeof sceneData>["objects"][number];

/** Characters of a scene.json that are read: a program can write into its own. */
export const mostSceneText = 8 << 20;

/** Objects of a scene.json text; null when it is no such file. */
export function sceneObjects(json: string): SceneObject[] | null {
  if (json.length > mostSceneText) return null;
  try {
    const parsed = sceneData.safeParse(JSON.parse(json));
    return parsed.success ? parsed.data.objects : null;
  } catch {
    return null;
  }
}

/** What is known without any model. Null: not known, so nothing is disputed by it. */
export interface Known {
  objects: readonly SceneObject[] | null;
  /** Part of the pixels that differ from the round before by more than 2 levels, 0..1. */
  changed: number | null;
  measures: Measures | null;
  previousMeasures: Measures | null;
  previousSimilarity: number | null;
}

export type Claims = Pick<Feedback, "visual_difference" | "edit_suggestion" | "overall_similarity">;
export type Disputed = NonNullable<Feedback["disputed"]>;

/** From this part of the pixels on, "unchanged" is untrue; below `still` a change is. */
const moved = 0.01;
const still = 0.0005;
/** Points of similarity, and part of the loss, that count as a clear difference. */
const clearPoints = 10;
const clearLoss = 0.1;

/**
 * Sorts a verifier's claims into those that may stand and those that measurement contradicts, with the evidence. It only
 * disputes what can be checked plainly: things called missing that the scene holds, "unchanged" and "improved" against
 * the pixels, a similarity against the loss. Everything else stands.
 */
export function checkClaims(claims: Claims, known: Known): { kept: Claims; disputed: Disputed } {
  const disputed: Disputed = [];
  const found = new Set<string>();
  const stands = (claim: string) => {
    const evidence = missingEvidence(claim, known.objects, found) ?? changeEvidence(claim, known);
    if (evidence !== null) disputed.push({ claim, evidence });
    return evidence === null;
  };
  const { critical, major, minor } = claims.visual_difference;
  const visual_difference = {
    critical: critical.filter(stands),
    major: major.filter(stands),
    minor: minor.filter(stands),
  };
  const edit_suggestion = claims.edit_suggestion.filter((suggestion) => {
    const thing = addedThing(suggestion);
    if (thing === null || !found.has(thing)) return true;
    disputed.push({ claim: suggestion, evidence: "what it would add is already in the scene" });
    return false;
  });
  const similarity = similarityEvidence(claims.overall_similarity, known);
  if (similarity !== null) {
    disputed.push({ claim: `overall similarity ${claims.overall_similarity} of 100`, evidence: similarity });
  }
  return { kept: { ...claims, visual_difference, edit_suggestion }, disputed };
}

// ---- things called missing ------------------------------------------------------------------------------------------
const cut =
  /\s+(?:under|on|onto|in|into|inside|of|with|from|at|near|behind|for|to|that|which|who|between|beside|next|left|right|around|along|across|as|than|by|above|below|over|is|are|was|were|should|visible|present|shown)\b.*$/;
const leading =
  /^(?:(?:the|a|an|its|their|his|her|any|entire|whole|main|target|target's|expected|required|visible|clear)\s+)+/;
/** Words that make it a question of how many, which the scene's list does not answer. */
const counting =
  /\b(?:another|more|second|third|fourth|additional|other|one|two|three|four|five|six|seven|eight|nine|ten|several|some|few|many|extra|remaining|rest|half|part|parts|both|all|enough|\d+)\b/;

function singular(word: string): string {
  if (/(ss|us|is)$/.test(word)) return word;
  if (/ies$/.test(word) && word.length > 4) return `${word.slice(0, -3)}y`;
  if (/(ches|shes|xes|sses|zes|oes)$/.test(word)) return word.slice(0, -2);
  return /s$/.test(word) && word.length > 3 ? word.slice(0, -1) : word;
}

const wordsOf = (name: string): string[] =>
  name
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== "")
    .map(singular);

function things(phrase: string): string[][] {
  return phrase
    .split(/\s*(?:,|\band\b|&|\/|\bor\b)\s*/)
    .map((part) => part.trim().replace(leading, "").replace(cut, ""))
    .filter((part) => part !== "" && !counting.test(part))
    .map(wordsOf)
    .filter((words) => words.length > 0 && words.length <= 5);
}

/** What a sentence says is not there, as words; the last word is the thing. */
export function missingThings(claim: string): string[][] {
  const out: string[][] = [];
  const plain = claim
    .toLowerCase()
    .replace(/["'`*_]/g, "")
    .replace(/\s*:\s*(missing|absent)\b/g, " is $1")
    .replace(/\bmissing\s*:/g, "missing");
  for (const clause of plain.split(/[.;:!?()]|\bbut\b|\s[-–—]\s/)) {
    const text = clause.trim();
    const state =
      /^(.*?)\s+(?:is|are|was|were|appears?|seems?)\s+(?:to be\s+)?(?:\w+ly\s+|still\s+)?(?:missing|absent|gone|not\s+(?:present|visible|shown|there|rendered|in the (?:scene|render|image|picture)))\b\s*(.*)$/.exec(
        text,
      );
    if (state) {
      const [, subject = "", tail = ""] = state;
      const part = /^(?:a|an|the|its|their|any)\b/.test(tail) ? tail : subject;
      if (counting.test(subject) && part === subject) continue;
      out.push(...things(part));
      continue;
    }
    const lack = /\b(?:missing|lacks?|lacking)\s+(.+)$/.exec(text);
    const none = /(?:^|\bthere (?:is|are)\s+)no\s+(.+)$/.exec(text);
    const tail = lack?.[1] ?? none?.[1];
    if (tail !== undefined && !/^(?:in|from|here)\b/.test(tail)) out.push(...things(tail));
    else if (/\bmissing$/.test(text)) out.push(...things(text.replace(/\s*missing$/, "")));
  }
  return out;
}

/** True when the object is what the words name: the same thing, and no adjective that contradicts its name. */
function isNamed(object: SceneObject, words: readonly string[]): boolean {
  const name = wordsOf(object.name);
  if (name.at(-1) !== words.at(-1)) return false;
  const [own, said] = [name.slice(0, -1), words.slice(0, -1)];
  return own.length === 0 || said.length === 0 || own.some((word) => said.includes(word));
}

/** Something that a render could show: geometry with an extent that is not hidden. */
function canBeSeen(object: SceneObject): boolean {
  if (!object.visible || ["LIGHT", "CAMERA", "EMPTY", "ARMATURE", "LIGHT_PROBE", "SPEAKER"].includes(object.type))
    return false;
  const extent = object.dimensions?.some((size) => size !== null && size > 1e-6) ?? true;
  return object.vertices !== 0 && extent;
}

const place = (values: readonly (number | null)[] | undefined, by: string) =>
  values === undefined ? "" : values.map((value) => (value === null ? "?" : String(Number(value.toFixed(2))))).join(by);

function missingEvidence(claim: string, objects: readonly SceneObject[] | null, found: Set<string>): string | null {
  if (objects === null) return null;
  for (const words of missingThings(claim)) {
    const object = objects.find((each) => canBeSeen(each) && isNamed(each, words));
    if (object === undefined) continue;
    found.add(words.at(-1)!);
    const where = object.location ? ` at (${place(object.location, ", ")})` : "";
    const size = object.dimensions ? `, ${place(object.dimensions, " x ")} in size` : "";
    return `the scene holds "${object.name}"${where}${size}: it may be hidden, out of view, too small or unlike its model; correct it instead of adding another`;
  }
  return null;
}

function addedThing(suggestion: string): string | null {
  const added = /^\W*(?:please\s+)?(?:add|create|include|insert|introduce|model|put in)\s+(.+)$/i.exec(
    suggestion.trim(),
  );
  const [words] = added ? things(added[1]!.toLowerCase().replace(/[.;:].*$/, "")) : [];
  return words?.at(-1) ?? null;
}

// ---- change ---------------------------------------------------------------------------------------------------------
const unchanged =
  /\b(?:nothing (?:has |was )?changed|no (?:visible |noticeable |apparent |discernible )?changes?\b(?! (?:needed|required|necessary))|(?:render|scene|picture|image|result|view)s? (?:is|are|remains?|looks?|appears?) (?:completely |visually |still )?(?:unchanged|identical to the (?:last|previous)|the same as (?:before|the (?:last|previous)))|(?:identical|equal) to the (?:last|previous) (?:round|render|picture|image))/i;
const changed =
  /\b(?:improve[ds]?|improvement|better than (?:before|the (?:last|previous))|worse than (?:before|the (?:last|previous))|(?:has|have) (?:been )?(?:moved|added|removed|fixed|corrected|changed|enlarged|brightened|darkened|rotated)|no longer|since the (?:last|previous) round)\b/i;
const wholeImproved =
  /\b(?:overall|(?:the )?(?:render|scene|picture|image))\b.{0,40}\b(?:improve[ds]?|improvement|better)\b/i;

const percent = (part: number) => `${(100 * part).toFixed(1)} %`;

/** Relative change of the loss since the round before; null when either is unknown. */
function lossChange({ measures, previousMeasures }: Known): number | null {
  if (measures === null || previousMeasures === null || previousMeasures.loss === 0) return null;
  return (measures.loss - previousMeasures.loss) / previousMeasures.loss;
}

function changeEvidence(claim: string, known: Known): string | null {
  if (known.changed !== null) {
    if (unchanged.test(claim)) {
      return known.changed >= moved ? `${percent(known.changed)} of the pixels changed since the round before` : null;
    }
    if (changed.test(claim) && known.changed < still) return "no pixel changed since the round before";
  }
  const loss = lossChange(known);
  if (
    loss !== null &&
    loss > clearLoss &&
    wholeImproved.test(claim) &&
    !/\b(?:should|could|can|needs?|must|to be)\b/i.test(claim)
  ) {
    return `the measured loss grew by ${percent(loss)}`;
  }
  return null;
}

// ---- similarity -----------------------------------------------------------------------------------------------------
function similarityEvidence(similarity: number | undefined, known: Known): string | null {
  if (similarity === undefined) return null;
  const { measures, previousSimilarity } = known;
  const step = previousSimilarity === null ? null : similarity - previousSimilarity;
  if (step !== null && Math.abs(step) >= clearPoints) {
    if (known.changed !== null && known.changed < still) {
      return `the same picture was given ${previousSimilarity} in the round before`;
    }
    const loss = lossChange(known);
    if (loss !== null && step > 0 && loss > clearLoss)
      return `it went up by ${step} while the measured loss grew by ${percent(loss)}`;
    if (loss !== null && step < 0 && loss < -clearLoss)
      return `it went down by ${-step} while the measured loss fell by ${percent(-loss)}`;
  }
  if (measures === null) return null;
  const { pl, ssim } = measures.metrics;
  if (pl === undefined || ssim === undefined) return null;
  const off = Math.sqrt(pl);
  if (similarity >= 90 && off > 0.25)
    return `pixels are off by ${percent(off)} of full scale on average (root mean square)`;
  if (similarity <= 30 && off < 0.02 && ssim > 0.97)
    return `pixels are off by only ${percent(off)} and SSIM is ${ssim.toFixed(3)}`;
  return null;
}
