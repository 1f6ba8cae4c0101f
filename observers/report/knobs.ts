import { alignLines } from "../../bridge/text/line-diff.ts";

/** A number of a program that changed from one round to the next. */
export interface MovedKnob {
  /** Line of the newer program, from 1. */
  line: number;
  /** What the number belongs to, as far as the line tells: `lamp.data.energy`, `location[2]`. */
  name: string;
  from: number;
  to: number;
}

/** Literals, a sign included where it cannot be a subtraction. */
const literal = /(?<![\w.\])])(?:(?<=[=(,:[\s]\s*)[-+])?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?(?![\w.])/gi;

/** Longer lines hold data, not knobs. */
const longest = 400;
const mostNamed = 40;

const balanced = (text: string) => text.split("(").length === text.split(")").length;

function nameOf(line: string, at: number, index: number, count: number): string {
  const before = line.slice(0, at).trim();
  const keyword = /[(,]\s*([A-Za-z_]\w*)\s*=$/.exec(before)?.[1];
  const left = /^([^=]+?)\s*[-+*/]?=(?!=)/.exec(line.trim())?.[1];
  const target = left !== undefined && balanced(left) ? left : undefined;
  const call = /([\w.]+)\s*\($/.exec(before)?.[1] ?? /^([\w.]+)\(/.exec(line.trim())?.[1];
  const name = keyword ?? target ?? call ?? (line.trim().split(/\s/)[0] || "number");
  const short = name.length > mostNamed ? `…${name.slice(1 - mostNamed)}` : name;
  return keyword === undefined && target !== undefined && count > 1 ? `${short}[${index}]` : short;
}

/** Numbers that changed between two programs, on lines that are otherwise the same, in the order of the newer one. */
export function movedKnobs(before: string, after: string): MovedKnob[] {
  const blank = (line: string) => (line.length > longest ? line : line.replace(literal, "#").trim());
  return alignLines(before.split("\n"), after.split("\n"), blank).flatMap((pair) => {
    if (pair.kind !== "same" || pair.old === pair.text || pair.text.length > longest) return [];
    const old = [...pair.old.matchAll(literal)];
    const now = [...pair.text.matchAll(literal)];
    return now.flatMap((found, index) => {
      const [from, to] = [Number(old[index]?.[0]), Number(found[0])];
      if (from === to || !Number.isFinite(from) || !Number.isFinite(to)) return [];
      return [{ line: pair.after, name: nameOf(pair.text, found.index, index, now.length), from, to }];
    });
  });
}
