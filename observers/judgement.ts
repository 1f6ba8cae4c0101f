import type { RoundView, RunView } from "./run-view.ts";
import { lossText } from "./text.ts";

const nameOf = (t: number | null): string => (t === 0 ? "the start" : `round ${t ?? "-"}`);

/** "stopped: plateau: 5 rounds without a gain ..." without its first word and a full stop; "" while the run goes on. */
export function stopText({ stopReason, stopWhy }: RunView): string {
  if (stopReason === null) return "";
  const why = stopWhy?.replace(/\.$/, "") ?? "";
  return why === "" ? stopReason : `${stopReason}: ${why}`;
}

/**
 * How a round within noise of the best was told apart from it; null where nothing was drawn again. What the pictures with more
 * samples say of the noise may be enough to tell the previews apart.
 */
export function comparedText(runView: RunView, at: RoundView): string | null {
  const { compared } = at;
  if (compared === null) return null;
  const before = runView.rounds.get(compared.with ?? -1);
  const head = `${nameOf(at.t)} and ${nameOf(compared.with)} differ by less than the noise`;
  const drawn = at.careful && before?.careful;
  if (compared.by === "preview" && !drawn) {
    const why = compared.failed === null ? "" : ` (${compared.failed})`;
    return `${head}; there are no pictures with more samples${why}, so ${nameOf(compared.best_t)} is the best`;
  }
  const numbers = `${lossText(at.careful?.loss)} against ${lossText(before?.careful?.loss)}`;
  const verdict = compared.equal
    ? `equal still, ${nameOf(compared.best_t)} is kept`
    : `${nameOf(compared.best_t)} is better`;
  return `${head}; with ${compared.samples ?? "more"} samples ${numbers}: ${verdict}`;
}

/** How the best was chosen at final quality; null where there was no choice. */
export function chosenText({ final }: RunView): string | null {
  if (final === null || final.contenders.length < 2) return null;
  const losses = final.contenders.map(({ t, loss }) => `${nameOf(t)} ${lossText(loss)}`).join(", ");
  return `equal within noise, drawn at final quality: ${losses}; ${nameOf(final.best.t)} has the lowest loss and is the best`;
}
