/** Edit distance (optimal string alignment): insertions, deletions, substitutions and swaps of neighbours count 1. */
export function editDistance(a: string, b: string): number {
  let older: number[] = [];
  let old = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min(old[j]! + 1, row[j - 1]! + 1, old[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, older[j - 2]! + 1);
      row.push(best);
    }
    older = old;
    old = row;
  }
  return old[b.length]!;
}

const plain = (name: string): string => name.toLowerCase().replaceAll(/[\s_-]/g, "");

/** The name among `known` that was most likely meant, or undefined when none is near. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  // A pasted paragraph is no misspelt name, and comparing it would take long.
  if (name.length > 80) return undefined;
  const wanted = plain(name);
  let found: string | undefined;
  let least = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of known) {
    const other = plain(candidate);
    const far = Math.min(
      editDistance(wanted, other),
      wanted.length >= 4 && other.startsWith(wanted) ? 1 : Number.POSITIVE_INFINITY,
    );
    if (far < least) {
      least = far;
      found = candidate;
    }
  }
  return found;
}

/** `; did you mean "x"?`, or nothing. */
export function suggest(name: string, known: Iterable<string>): string {
  const near = nearest(name, known);
  return near === undefined ? "" : `; did you mean "${near}"?`;
}
