import { VigaError } from "../../config/errors.ts";
import { compareViews, pairViews } from "../../evaluators/compare.ts";
import type { Measures, Round, State, Task } from "../../machines/domain.ts";
import type { ActorHost, Perform } from "../host.ts";
import { makePlayerIO } from "../io.ts";
import type { LeaseWatch } from "../lease.ts";
import type { VerifierPlayer } from "../players/player.ts";
import { Replies } from "../replies.ts";
import type { RunSpec } from "../spec.ts";

/** Effects of the verifier role: measure every candidate, judge the chosen one, describe the target. */
export function verifierEffects(player: VerifierPlayer, spec: RunSpec, leases: LeaseWatch): Perform {
  let replies: Replies | null = null;
  let analysis: string | null = null;
  return async (effect, host) => {
    replies ??= new Replies(host);
    const { io, usage } = makePlayerIO({ host, leases, replies, spec }, effect.key);
    switch (effect.kind) {
      case "measure": {
        const states = effect.input.states as State[];
        const measures = await Promise.all(states.map((state) => measureState(host, spec.task, state)));
        const chosen =
          player.choose !== undefined && states.filter((state) => state.ok).length > 1
            ? await player.choose(states, measures, io)
            : lowest(states, measures);
        return { measures, chosen };
      }
      case "judge": {
        const previous = effect.input.previous as { state: State; measures: Measures | null } | null;
        const feedback = await player.judge(
          {
            t: effect.input.t as number,
            task: spec.task,
            state: effect.input.state as State,
            measures: effect.input.measures as Measures | null,
            previous: previous === null ? null : roundOf(previous),
            analysis,
          },
          io,
        );
        return { feedback, usage: usage() };
      }
      case "analyze": {
        if (player.analyze === undefined) {
          throw new VigaError("config_invalid", `${player.name} cannot describe a target`, {
            hint: "leave analyze_target out, or let a vision model play the verifier",
          });
        }
        analysis = await player.analyze(effect.input.task as Task, io);
        return { text: analysis, usage: usage() };
      }
      default:
        throw new VigaError("internal", `a verifier cannot ${effect.kind}`);
    }
  };
}

/** Measures of one state; null when it failed or the task has no target picture. */
async function measureState(host: ActorHost, task: Task, state: State): Promise<Measures | null> {
  if (!state.ok || task.targets.length === 0) return null;
  const pairs = pairViews(state.renders, task.targets);
  const views = await Promise.all(
    pairs.map(async ({ name, image, target }) => ({
      name,
      image: await host.options.store.get(image),
      target: await host.options.store.get(target),
    })),
  );
  return compareViews(views);
}

/** Candidate with the lowest loss; the first that rendered when nothing was measured. */
function lowest(states: State[], measures: (Measures | null)[]): number {
  let best = states.findIndex((state) => state.ok);
  for (const [index, item] of measures.entries()) {
    const known = measures[best];
    if (item && (!known || item.pl < known.pl)) best = index;
  }
  return Math.max(0, best);
}

function roundOf(previous: { state: State; measures: Measures | null }): Round {
  return { t: previous.state.t, program: null, state: previous.state, measures: previous.measures, feedback: null };
}
