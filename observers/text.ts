import { type Measurement, type Measures, metricText } from "../machines/domain/index.ts";

/** Columns a character takes: 2 for wide scripts and pictographs. */
function columns(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  return code >= 0x1100 && (code <= 0x115f || (code >= 0x2e80 && code <= 0xffe6) || code >= 0x1f300) ? 2 : 1;
}

/** Cuts a line to `width` columns, with an ellipsis where something is left out. */
export function shortened(line: string, width: number): string {
  let used = 0;
  let out = "";
  for (const character of line) {
    used += columns(character);
    if (used > width) return `${out.slice(0, Math.max(0, out.length - 1))}…`;
    out += character;
  }
  return out;
}

/** A span of time as people say it: "4.2 s", "3 min 05 s", "2 h 10 min". */
export function spanText(seconds: number): string {
  const s = Math.max(0, seconds);
  if (s < 60) return `${s < 10 ? s.toFixed(1) : Math.floor(s)} s`;
  const minutes = Math.floor(s / 60);
  const rest = (value: number) => String(value).padStart(2, "0");
  if (minutes < 60) return `${minutes} min ${rest(Math.floor(s % 60))} s`;
  return `${Math.floor(minutes / 60)} h ${rest(minutes % 60)} min`;
}

/** A loss with four significant digits; "-" where there is none. */
export function lossText(loss: number | null | undefined): string {
  if (loss === null || loss === undefined) return "-";
  if (loss === 0) return "0";
  return loss < 1e-5 ? loss.toExponential(2) : Number(loss.toPrecision(4)).toString();
}

/** Metrics with their labels: "PL 0.0123, SSIM 0.9876". */
export function metricsText(metrics: Measures["metrics"], measurement: Measurement | null): string {
  return (measurement?.metrics ?? []).flatMap((info) => metricText(info, metrics) ?? []).join(", ");
}

const blocks = "▁▂▃▄▅▆▇█";

/**
 * Losses as one line of block characters, the last `width` of them; the scale is logarithmic when they span more than
 * a factor of 20. A round without a loss is a dot.
 */
export function sparkline(losses: readonly (number | null)[], width: number): string {
  const shown = losses.slice(-Math.max(1, width));
  const known = shown.filter((loss): loss is number => loss !== null);
  if (known.length === 0) return "·".repeat(shown.length);
  const floor = Math.max(1e-9, Math.min(...known));
  const wide = Math.max(...known) / floor > 20;
  const scale = (loss: number) => (wide ? Math.log(Math.max(floor, loss)) : loss);
  const low = scale(Math.min(...known));
  const high = scale(Math.max(...known));
  return shown
    .map((loss) => {
      if (loss === null) return "·";
      const part = high > low ? (scale(loss) - low) / (high - low) : 0;
      return blocks[Math.round(part * (blocks.length - 1))];
    })
    .join("");
}
