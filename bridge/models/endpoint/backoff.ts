/** First and longest wait between attempts, and the longest wait that an endpoint may ask for. Milliseconds. */
const firstWait = 500;
const longestWait = 30_000;
export const longestAsked = 180_000;

/**
 * Wait before attempt `attempt` (1 is the first repeat): exponential with full jitter, never shorter than what the
 * endpoint asked for, and then spread a little so that its clients do not all come back at once.
 */
export function backoffMs(attempt: number, askedMs: number | undefined, random: () => number): number {
  const ceiling = Math.min(longestWait, firstWait * 2 ** (attempt - 1));
  if (askedMs !== undefined) return askedMs + random() * Math.min(1000, ceiling);
  return ceiling / 4 + random() * ((ceiling * 3) / 4);
}
