/** Longest overlap that is looked for. Characters. */
const longestOverlap = 400;
const leastOverlap = 12;

/**
 * Puts a continuation behind what was cut off. Models tend to repeat the last words or open the fence again: an overlap
 * is taken out once, and so is an opening fence in the middle of a string.
 */
export function joinContinuation(said: string, more: string): string {
  if (said === "") return more;
  const next = more.replace(/^\s*```[\w-]*\r?\n/, "");
  for (let length = Math.min(longestOverlap, said.length, next.length); length >= leastOverlap; length--) {
    if (said.endsWith(next.slice(0, length))) return said + next.slice(length);
  }
  // A model that starts over gives the whole reply once more.
  const start = said.trimStart().slice(0, 40);
  if (start.length === 40 && next.trimStart().startsWith(start)) return next;
  return said + next;
}
