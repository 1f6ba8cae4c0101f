/** Longest overlap that is looked for. Characters. */
const longestOverlap = 400;
const leastOverlap = 16;

/**
 * Puts a continuation behind what was cut off. Models tend to repeat the last words or open the fence again: both are
 * taken out. Where several overlaps are possible, the text has equal lines, as programs do, and nothing is taken out.
 */
export function joinContinuation(said: string, more: string): string {
  if (said === "") return more;
  const next = more.replace(/^\s*```[\w-]*\r?\n/, "");
  const overlaps: number[] = [];
  for (let length = Math.min(longestOverlap, said.length, next.length); length >= leastOverlap; length--) {
    if (said.endsWith(next.slice(0, length))) overlaps.push(length);
  }
  if (overlaps.length === 1) return said + next.slice(overlaps[0]);
  // A model that starts over gives the whole reply once more.
  const start = said.trimStart().slice(0, 40);
  if (start.length === 40 && next.trimStart().startsWith(start)) return next;
  return said + next;
}
