import { z } from "zod";
import type { MovedNumber } from "../../bridge/text/moved-numbers.ts";
import type { Refined } from "../../machines/domain/index.ts";
import type { Moves } from "../moves.ts";
import { refinedLine } from "../refined.ts";
import type { RunView } from "../run-view.ts";
import { html, type Markup } from "./html.ts";

/** Numbers shown before the rest is only counted. */
const mostNumbers = 24;

const facts = z.object({
  config: z.object({ roles: z.object({ generator: z.object({ spec: z.object({ kind: z.string() }) }) }) }),
});
const players = z.object({ players: z.object({ generator: z.string() }) });

/** Who writes a run's programs, as the report calls it: the model, the solver, or any other generator. */
export function writerOf({ facts: told }: RunView): "model" | "solver" | "generator" {
  const kind = facts.safeParse(told).data?.config.roles.generator.spec.kind;
  const named = kind ?? players.safeParse(told).data?.players.generator;
  return named === "model" || named === "solver" ? named : "generator";
}

function numbers(title: string, list: readonly MovedNumber[], all: number, said: string | null): Markup | null {
  if (all === 0 && said === null) return null;
  const text = (value: number) => Number(value.toPrecision(5)).toString();
  const shown = list.slice(0, mostNumbers);
  return html`<div class="label">${title}</div>${said !== null && html`<p class="quiet">${said}</p>`}<div class="knobs">${shown.map(
    (k) =>
      html`<span class="knob mono" title="line ${k.line}">${k.label} ${text(k.from)} → <b>${text(k.to)}</b></span>`,
  )}${all > shown.length && html`<span class="knob">and ${all - shown.length} more</span>`}</div>`;
}

/** Whose numbers moved: what the writer changed, and what a solver moved in what was written. */
export function movedLists(moves: Moves, writer: ReturnType<typeof writerOf>, refined: Refined | undefined): Markup {
  const { generator, solver, solverMoved } = moves;
  const own = writer === "solver" ? "The solver moved" : `The ${writer} changed`;
  const said = refined === undefined ? null : `${refinedLine(refined)}; PL in its own small pictures.`;
  return html`${numbers(`${own} (numbers)`, generator, generator.length, null)}
${refined !== undefined && numbers(`The ${refined.by} moved, afterwards`, solver, solverMoved, said)}`;
}
