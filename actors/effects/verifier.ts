import { VigaError } from "../../config/errors.ts";
import { compareViews, pairViews } from "../../evaluators/photometric.ts";
import type { Measures, Round, State, Task } from "../../machines/domain/index.ts";
import { Replies } from "../actor/call-journal.ts";
import type { ActorHost, Perform } from "../actor/host.ts";
import { makePlayerIO } from "../actor/player-io.ts";
import { accounted } from "../actor/turn-cost.ts";
import type { PlayerIO, VerifierPlayer } from "../players/player.ts";
import type { LeaseWatch } from "../run/lease.ts";
import type { RunSpec } from "../run/run-spec.ts";
import { besides } from "./shadow.ts";

/** Effects of the verifier role: measure every candidate, judge the chosen one, describe the target. */
export function verifierEffects(
  player: VerifierPlayer,
  spec: RunSpec,
  leases: LeaseWatch,
  shadow: VerifierPlayer | null = null,
): Perform {
  let replies: Replies | null = null;
  return async (effect, host) => {
    replies ??= new Replies(host);
    const { io, usage } = makePlayerIO({ host, leases, replies, spec }, effect.key);
    switch (effect.kind) {
      case "measure": {
        const states = effect.input.states as State[];
        const measures = await Promise.all(states.map((state) => measureState(host, spec.task, state)));
        const choose = player.choose?.bind(player);
        const chosen =
          choose !== undefined && states.filter((state) => state.ok).length > 1
            ? await accounted(usage, () => choose(states, measures, io))
            : lowest(states, measures);
        return { measures, chosen, usage: usage() };
      }
      case "judge": {
        const previous = effect.input.previous as Previous | null;
        const observation = {
          t: effect.input.t as number,
          task: spec.task,
          state: effect.input.state as State,
          measures: effect.input.measures as Measures | null,
          previous: previous === null ? null : roundOf(previous),
          analysis: effect.input.analysis as string | null,
        };
        if (shadow !== null) {
          const aside = makePlayerIO({ host, leases, replies, spec }, `shadow/${effect.key}`);
          void besides(aside, `shadow.feedback`, shadow.name, observation.t, () => shadow.judge(observation, aside.io));
        }
        const feedback = await accounted(usage, () => player.judge(observation, io));
        return { feedback, usage: usage() };
      }
      case "analyze": {
        const { analyze_target, calibrate } = spec.players.verifier.options;
        const [text, measured] = await accounted(usage, async () => [
          analyze_target === true ? await describe(player, spec.task, io) : "",
          typeof calibrate === "number" && calibrate > 0 ? await player.calibrate?.(io) : undefined,
        ]);
        if (measured !== undefined) io.note("calibrated", { ...measured });
        return { text, ...(measured === undefined ? {} : { noise: measured.noise }), usage: usage() };
      }
      default:
        throw new VigaError("internal", `a verifier cannot ${effect.kind}`);
    }
  };
}

async function describe(player: VerifierPlayer, task: Task, io: PlayerIO): Promise<string> {
  if (player.analyze === undefined) {
    throw new VigaError("config_invalid", `${player.name} cannot describe a target`, {
      hint: "leave analyze_target out, or let a vision model play the verifier",
    });
  }
  return player.analyze(task, io);
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

type Previous = Pick<Round, "state" | "measures" | "feedback">;

function roundOf(previous: Previous): Round {
  return { t: previous.state.t, program: null, ...previous };
}
