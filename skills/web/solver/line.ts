/** A value of one number, and the difference of the pictures with it. */
export interface Tried {
  value: number;
  loss: number;
}

/** The difference with a value; null where there is no time left to draw it. */
export type Look = (value: number) => Promise<number | null>;

/** Part of the difference below which a step is not worth the next one. */
const leastGain = 0.01;
const mostDoublings = 5;

/** Goes on the way that helped, in steps that double while they help, then tries halfway back and ahead. */
export async function goOn(from: number, found: Tried, look: Look): Promise<Tried> {
  let best = found;
  const better = async (value: number): Promise<boolean> => {
    const loss = await look(value);
    if (loss === null || loss > best.loss * (1 - leastGain)) return false;
    best = { value, loss };
    return true;
  };
  let step = (found.value - from) / 2;
  for (let n = 0; n < mostDoublings && (await better(best.value + step)); n++) step *= 2;
  for (let n = 0; n < 3 && best !== found; n++) {
    step /= 2;
    if (!(await better(best.value + step))) await better(best.value - step);
  }
  return best;
}

/** Tries values around one, in steps of its parts that halve. */
export async function closeIn(found: Tried, look: Look): Promise<Tried> {
  let best = found;
  for (let step = 0.06; step > 0.004; step /= 2) {
    const centre = best.value;
    for (const value of [centre * (1 + step), centre * (1 - step)]) {
      const loss = await look(value);
      if (loss !== null && loss < best.loss) best = { value, loss };
    }
  }
  return best;
}

/** Values near one, the roundest first: people write round numbers. */
export function roundNear(value: number): number[] {
  const whole = Math.round(value);
  const to = (parts: number) => Math.round(value * parts) / parts;
  const steps = Math.abs(value) >= 4 ? [whole, whole - 1, whole + 1, to(2), to(10)] : [to(2), to(10), to(20), to(100)];
  return [...new Set(steps)].filter((other) => other !== 0);
}
