/** Longest repeated unit that is looked for, and how much of the end must repeat it. Characters. */
const longestUnit = 240;
const leastCovered = 600;
const leastTimes = 8;

/**
 * Whether a text ends in the same unit over and over, as a model does when it is lost (a list of zeros in a program is
 * shorter than this). Gives the unit and how often it stands there, or undefined.
 */
export function repetitionAtEnd(text: string, covered = leastCovered): { unit: string; times: number } | undefined {
  // The last unit is usually incomplete, so any shift of it counts: only equality at distance `period` matters.
  const tail = text.trimEnd();
  for (let period = 1; period <= Math.min(longestUnit, Math.floor(tail.length / leastTimes)); period++) {
    let run = 0;
    for (let i = tail.length - 1; i >= period && tail[i] === tail[i - period]; i--) run++;
    const length = run + period;
    if (length >= covered && length / period >= leastTimes) {
      const unit = tail.slice(-period);
      // Rulers, blank runs and long lines of one sign are no sign of being lost.
      if (/^[\s\-=_#*.~/\\|+]+$/.test(unit)) return undefined;
      return { unit, times: Math.floor(length / period) };
    }
  }
  return undefined;
}
