import { VigaError } from "../../config/errors.ts";
import type { DrawingNoise, Program, RunSpec, State, Task } from "../../machines/domain/index.ts";
import { CallJournal } from "../actor/call-journal.ts";
import type { Perform } from "../actor/host.ts";
import { makePlayerIO } from "../actor/player-io.ts";
import { accounted } from "../actor/turn-cost.ts";
import type { PlayerIO, SceneRef, VerifierPlayer } from "../players/player.ts";
import { tellChosen } from "../run/jobs.ts";
import type { LeaseWatch } from "../run/lease.ts";
import type { SlotWatch } from "../run/slots.ts";
import { lowestCandidate } from "./candidates.ts";
import { measureState } from "./measure.ts";
import { measureNoise } from "./noise.ts";
import { observationOf, rememberedBy } from "./observation.ts";
import { runShadow } from "./shadow.ts";

/** Effects of the verifier role: measure every candidate, judge the chosen one, describe the target. */
export function verifierEffects(
  player: VerifierPlayer,
  spec: RunSpec,
  leases: LeaseWatch,
  slots: SlotWatch,
  shadow: VerifierPlayer | null = null,
): Perform {
  let replies: CallJournal | null = null;
  return async (effect, host) => {
    replies ??= new CallJournal(host);
    const around = { host, leases, slots, replies, spec };
    const { io, usage } = makePlayerIO(around, effect.key, judgedScene(effect.input));
    switch (effect.kind) {
      case "measure": {
        const { programs, states } = effect.input as { programs: Program[]; states: State[] };
        const known = effect.input.noise as DrawingNoise | null;
        const noise = known ?? (await measureNoise(host, spec, leases, effect.key, { programs, states }));
        const measures = await Promise.all(states.map((state) => measureState(host, spec, state, noise)));
        const choose = player.choose?.bind(player);
        const chosen =
          choose !== undefined && states.filter((state) => state.ok).length > 1
            ? await accounted(usage, () => choose(states, measures, io))
            : await lowestCandidate({ host, spec, leases, key: effect.key }, { programs, states, measures });
        const best = states[chosen];
        if (states.length > 1 && best !== undefined) {
          await tellChosen({ bus: host.options.bus, host, leases, engine: spec.engine }, states, best);
        }
        return { measures, chosen, noise, usage: usage() };
      }
      case "judge": {
        const observation = observationOf(spec.task, effect.input);
        const { roles, shadow: listening } = spec.config;
        if (shadow !== null) {
          const aside = makePlayerIO(around, `shadow/${effect.key}`, judgedScene(effect.input));
          const theirs = rememberedBy(listening.verifier, observation);
          void runShadow(aside, `shadow.feedback`, shadow.name, observation.t, () => shadow.judge(theirs, aside.io));
        }
        const own = rememberedBy(roles.verifier, observation);
        const feedback = await accounted(usage, () => player.judge(own, io));
        return { feedback, usage: usage() };
      }
      case "analyze": {
        const { analyze_target, calibrate } = spec.config.roles.verifier;
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

/** The scene of the candidate that is judged. */
function judgedScene({ program, state }: Record<string, unknown>): SceneRef | null {
  if (program === undefined || state === undefined) return null;
  const { t, candidate, code } = program as Program;
  return { t, candidate, code, slot: (state as State).slot };
}

async function describe(player: VerifierPlayer, task: Task, io: PlayerIO): Promise<string> {
  if (player.analyze === undefined) {
    throw new VigaError("config_invalid", `${player.name} cannot describe a target`, {
      hint: "leave analyze_target out, or let a vision model play the verifier",
    });
  }
  return player.analyze(task, io);
}
