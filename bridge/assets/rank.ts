import { editDistance } from "../../config/suggest.ts";

/** Words of a name: split at capitals, marks and between letters and digits, in lower case. */
export function wordsOf(text: string): string[] {
  return text
    .replaceAll(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
    .replaceAll(/(\p{L})(\p{N})/gu, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");
}

/** What ranking knows of a thing. */
export interface Ranked {
  name: readonly string[];
  tags: readonly string[];
  description: string;
}

/** Below this share of the asked words a thing is another. */
export const enough = 0.5;
/** A word in a folder's name or a tag counts a little less than one in the name, one of a description less still. */
const weights = { name: 1, tags: 0.85, description: 0.6 };
/** Words that name no thing. */
const idle = new Set(["a", "an", "the", "of", "with", "and", "in", "on", "for", "some", "one"]);
/** The longest words and texts that are compared. */
const mostWords = 40;

/** How alike two words are, 0..1: equal, one the plural or the beginning of the other, or a slip or two apart. */
export function alike(wanted: string, word: string): number {
  if (wanted === word) return 1;
  if (singular(wanted) === singular(word)) return 0.97;
  const shorter = Math.min(wanted.length, word.length);
  if (shorter >= 4 && (word.startsWith(wanted) || wanted.startsWith(word))) return 0.85;
  if (shorter >= 4 && (word.endsWith(wanted) || wanted.endsWith(word))) return 0.75;
  if (shorter < 4 || Math.abs(wanted.length - word.length) > 2) return 0;
  const share = 1 - editDistance(wanted, word) / Math.max(wanted.length, word.length);
  return share >= 0.7 ? share * 0.95 : 0;
}

const singular = (word: string): string => word.replace(/(?<=\w{2}(?:s|x|ch|sh))es$|(?<=\w{2}[^s])s$/, "");

/** The words, and each pair of neighbours as one: "arm chair" is an armchair. */
function withPairs(words: readonly string[]): string[] {
  const some = words.slice(0, mostWords);
  return [...some, ...some.slice(1).map((word, index) => some[index]! + word)];
}

function best(wanted: string, words: readonly string[]): number {
  return words.reduce((most, word) => Math.max(most, alike(wanted, word)), 0);
}

/** Share of the asked words that a thing's name, tags and description hold, 0..1. */
function share(wanted: readonly string[], { name, tags, description }: Ranked): number {
  const [names, others, said] = [withPairs(name), withPairs(tags), withPairs(wordsOf(description))];
  const of = (word: string): number =>
    Math.max(
      weights.name * best(word, names),
      weights.tags * best(word, others),
      weights.description * best(word, said),
    );
  const single = wanted.reduce((sum, word) => sum + of(word), 0) / wanted.length;
  return wanted.length === 1 ? single : Math.max(single, of(wanted.join("")));
}

/**
 * How well a thing fits a query, 0 (not at all) to about 1.3. The description only decides between things that the name
 * fits; of two that fit alike, the one with fewer words beside it goes first.
 */
export function fitness(query: string, about: string, thing: Ranked): number {
  const wanted = asked(query);
  if (wanted.length === 0) return 0;
  const named = share(wanted, thing);
  if (named < enough) return 0;
  const told = asked(about);
  const further = told.length === 0 ? 0 : 0.25 * share(told, thing);
  return named + further + 0.05 / Math.max(1, thing.name.length);
}

function asked(text: string): string[] {
  const words = wordsOf(text).slice(0, mostWords);
  const telling = words.filter((word) => !idle.has(word));
  return telling.length === 0 ? words : telling;
}
