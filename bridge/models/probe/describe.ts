import type { ProbeReport } from "./probe.ts";

const yes = (value: boolean): string => (value ? "yes" : "NO");

/** A report for a person. */
export function describeProbe(report: ProbeReport): string {
  const { vision, context, usage } = report;
  const listed = report.listed === null ? "the endpoint keeps no list" : yes(report.listed);
  const output = report.output_limit === null ? "" : `, at most ${report.output_limit} of output`;
  const told = context.told ? "told by the endpoint" : "not told; from the profile";
  return [
    `${report.model} (${report.wire}) at ${report.base_url}`,
    `  listed       ${listed}${report.serves.length > 0 ? `; it serves ${report.serves.join(", ")}` : ""}`,
    `  answers      in ${report.latency_s.toFixed(1)} s`,
    `  context      ${context.tokens} tokens (${told}; the profile says ${context.profile})${output}`,
    vision === null
      ? "  sees         not tried: image_max_px is 0"
      : `  sees         ${yes(vision.works)}: shown ${vision.asked}; answered ${JSON.stringify(vision.answered)}${vision.counted ? "" : "; the picture was not even counted"}`,
    ...report.styles.map(({ style, works, exact, clean, problems, seconds, error }) => {
      const how = works
        ? `${exact ? "exact" : "the program was changed"}${clean ? ", nothing to repair" : ""}, ${seconds.toFixed(1)} s`
        : (error ?? "no valid call");
      return `  ${style.padEnd(12)} ${yes(works)}: ${how}${problems.length > 0 ? ` (${problems.join(", ")})` : ""}`;
    }),
    `  tokens       the estimate is ${report.scale > 1 ? `${Math.round((report.scale - 1) * 100)} % too low; corrected while running` : "high enough"}`,
    `  cost         ${usage.calls} calls, ${usage.input_tokens} + ${usage.output_tokens} tokens, ${usage.usd.toFixed(4)} USD`,
    "for viga.yaml:",
    report.profile.replace(/^/gm, "  "),
  ].join("\n");
}
