import type { CapabilityCard } from "../../bridge/engines/contract.ts";
import type { Hostile } from "./program.ts";
import type { Verdict } from "./trial.ts";

/** What the set was run on, and the head of a Markdown table. */
export function tableHead(card: CapabilityCard): string {
  const { namespaces, seccomp, landlock, unprivileged } = card.sandbox;
  const holds = Object.entries({ namespaces, seccomp, landlock, unprivileged })
    .filter(([, there]) => there)
    .map(([name]) => name);
  return [
    `Blender ${card.version}, isolation ${card.isolation}, sandbox: ${holds.join(", ")}`,
    "",
    "| theme | program | must not | ended as | s | held |",
    "|---|---|---|---|---|---|",
  ].join("\n");
}

export function row(theme: string, hostile: Hostile, verdict: Verdict): string {
  const wrong = [...verdict.escapes.map((e) => `ESCAPE: ${e}`), ...verdict.faults.map((f) => `FAULT: ${f}`)];
  if (verdict.hung) wrong.unshift("HUNG");
  const ended = verdict.type === "" ? verdict.outcome : `${verdict.outcome} (${verdict.type.slice(0, 40)})`;
  const cells = [theme, hostile.name, hostile.mustNot, ended, verdict.seconds.toFixed(1)];
  cells.push(wrong.length === 0 ? "yes" : wrong.join("; "));
  return `| ${cells.map((cell) => cell.replace(/\|/g, "\\|").replace(/\s+/g, " ")).join(" | ")} |`;
}

export function summary(verdicts: readonly Verdict[]): string {
  const escapes = verdicts.filter((v) => v.escapes.length > 0).length;
  const hung = verdicts.filter((v) => v.hung).length;
  const faults = verdicts.filter((v) => v.faults.length > 0).length;
  return `${verdicts.length} programs, ${escapes} escapes, ${hung} hung${faults === 0 ? "" : `, ${faults} with faults`}`;
}
