import type { CapabilityCard } from "../../bridge/engines/contract.ts";
import type { Verdict } from "./trial.ts";

/** What the set was run on, and the head of a Markdown table. */
export function tableHead(card: CapabilityCard): string {
  const { namespaces, seccomp, landlock, unprivileged } = card.sandbox;
  const holds = Object.entries({ namespaces, seccomp, landlock, unprivileged })
    .filter(([, there]) => there)
    .map(([name]) => name);
  return [
    `${card.engine} ${card.version}, isolation ${card.isolation}, sandbox: ${holds.join(", ")}`,
    "",
    "| theme | program | must not | ended as | s | held |",
    "|---|---|---|---|---|---|",
  ].join("\n");
}

export function row(theme: string, mustNot: string, verdict: Verdict): string {
  const wrong = [...verdict.escapes.map((e) => `ESCAPE: ${e}`), ...verdict.faults.map((f) => `FAULT: ${f}`)];
  if (verdict.hung) wrong.unshift("HUNG");
  const ended = verdict.type === "" ? verdict.outcome : `${verdict.outcome} (${verdict.type.slice(0, 40)})`;
  const cells = [theme, verdict.name, mustNot, ended, verdict.seconds.toFixed(1)];
  cells.push(wrong.length === 0 ? "yes" : wrong.join("; "));
  return `| ${cells.map((cell) => cell.replace(/\|/g, "\\|").replace(/\s+/g, " ")).join(" | ")} |`;
}

/** Nothing escaped, hung or came out wrong. */
export const held = ({ hung, escapes, faults }: Verdict): boolean => !hung && escapes.length + faults.length === 0;

export function summary(verdicts: readonly Verdict[]): string {
  const escapes = verdicts.filter((v) => v.escapes.length > 0).length;
  const hung = verdicts.filter((v) => v.hung).length;
  const faults = verdicts.filter((v) => v.faults.length > 0).length;
  const all = verdicts.filter(held).length;
  const wrong = `: ${escapes} escapes, ${hung} hung, ${faults} with faults`;
  return `${all} held, ${verdicts.length - all} not held${all === verdicts.length ? "" : wrong}`;
}
