import { z } from "zod";
import { type Model, type Part, toolSpec } from "../../../../bridge/models/contract.ts";
import type { Measures, State } from "../../../../machines/domain/index.ts";
import type { PlayerIO } from "../../player.ts";
import { toolLoop } from "../loop.ts";
import { imagePart } from "../prompt/opening.ts";

const chooseSpec = toolSpec(
  "choose",
  "Says which of two renders is nearer to the target.",
  z.object({
    nearer: z.enum(["first", "second", "equal"]).describe("the render that is nearer to the target"),
    reason: z.string().optional().describe("the deciding difference, in one sentence"),
  }),
);

const system = [
  "You see a target and two renders that try to match it. Decide which render is nearer to the target as a whole: view and",
  "composition first, then things that are there, their places and sizes, their shapes, materials and light. Call choose once.",
].join("\n");

/**
 * Picks the best of N states by asking a vision model for pairs, each in both orders: models favour a position, and a
 * preference that turns with the order is none. Undecided pairs go to the lower measured loss. N - 1 comparisons, two
 * calls each.
 *
 * @returns index into `states`; failed states are never chosen unless all failed (then 0)
 */
export async function chooseByPairs(
  states: readonly State[],
  measures: readonly (Measures | null)[],
  io: PlayerIO,
  model: Model,
): Promise<number> {
  const alive = states.flatMap((state, index) => (state.ok && state.renders.length > 0 ? [index] : []));
  let best = alive[0];
  if (best === undefined) return 0;
  const lossOf = (index: number) => measures[index]?.loss ?? Number.POSITIVE_INFINITY;
  for (const [step, rival] of alive.slice(1).entries()) {
    const forth = await prefer(states[best]!, states[rival]!, io, model, `choose/${step}/0`);
    const back = await prefer(states[rival]!, states[best]!, io, model, `choose/${step}/1`);
    // In `back` the rival stood first.
    const agreed =
      forth === "second" && back === "first" ? "rival" : forth === "first" && back === "second" ? "best" : null;
    const undecided = forth === "equal" && back === "equal";
    const winner: "rival" | "best" = agreed ?? (lossOf(rival) < lossOf(best) ? "rival" : "best");
    io.note("candidates.compared", {
      t: states[best]!.t,
      best,
      rival,
      orders: [forth, back],
      order_effect: agreed === null && !undecided,
      decided: agreed === null ? "by loss" : "by the judge",
      winner,
    });
    if (winner === "rival") best = rival;
  }
  return best;
}

async function prefer(
  first: State,
  second: State,
  io: PlayerIO,
  model: Model,
  key: string,
): Promise<"first" | "second" | "equal"> {
  const text = io.task.text.trim();
  const targets = await Promise.all(
    io.task.targets.map((target) => imagePart(io, target.image, `target ${target.name}`)),
  );
  const renders = await Promise.all(
    [first, second].map((state, index) =>
      Promise.all(
        state.renders.map((render) =>
          imagePart(io, render.image, `${index === 0 ? "first" : "second"} render, ${render.name}`),
        ),
      ),
    ),
  );
  const parts: Part[] = [
    ...(text === "" ? [] : [{ type: "text" as const, text: `Task: ${text}` }]),
    ...targets,
    ...renders.flat(),
    { type: "text", text: "Which render is nearer to the target?" },
  ];
  const { result } = await toolLoop<"first" | "second" | "equal">({
    io,
    model,
    key,
    t: first.t,
    finals: ["choose"],
    tools: [
      {
        name: "choose",
        kind: "protocol",
        spec: () => chooseSpec,
        run: async (args) => ({ kind: "final", result: args.nearer as "first" | "second" | "equal" }),
      },
    ],
    system: () => system,
    opening: [{ role: "user", parts }],
    limits: { calls: 4, same: 3 },
  });
  return result;
}
