import { VigaError } from "../../config/errors.ts";
import type { Context, Program, RunSpec } from "../../machines/domain/index.ts";
import type { WriteOutput } from "../../machines/generator.ts";
import { CallJournal } from "../actor/call-journal.ts";
import type { Perform } from "../actor/host.ts";
import { makePlayerIO } from "../actor/player-io.ts";
import { accounted } from "../actor/turn-cost.ts";
import { type GeneratorPlayer, sceneOf } from "../players/player.ts";
import type { LeaseWatch } from "../run/lease.ts";
import type { SlotWatch } from "../run/slots.ts";
import { runShadow } from "./shadow.ts";

/** Effects of the generator role: `write` has the player make its move on a context. */
export function generatorEffects(
  player: GeneratorPlayer,
  spec: RunSpec,
  leases: LeaseWatch,
  slots: SlotWatch,
  shadow: GeneratorPlayer | null = null,
): Perform {
  let replies: CallJournal | null = null;
  return async (effect, host) => {
    if (effect.kind !== "write") throw new VigaError("internal", `a generator cannot ${effect.kind}`);
    replies ??= new CallJournal(host);
    const context = effect.input.context as Context;
    const around = { host, leases, slots, replies, spec };
    const scene = sceneOf(context.from, context);
    const { io, usage } = makePlayerIO(around, effect.key, scene);
    if (shadow !== null) {
      const aside = makePlayerIO(around, `shadow/${effect.key}`, scene);
      void runShadow(aside, "shadow.program", shadow.name, context.t, () => shadow.write(context, aside.io));
    }
    const move = await accounted(usage, () => player.write(context, io));
    if (move.type === "end") {
      return { move: "end", reason: move.reason, usage: usage() } satisfies WriteOutput;
    }
    if (move.candidates.length === 0) {
      throw new VigaError("player_failed", `${player.name} proposed no program`);
    }
    const programs: Program[] = await Promise.all(
      move.candidates.map(async (candidate, index) => ({
        t: context.t,
        candidate: index,
        thought: candidate.thought,
        code_diff: candidate.code_diff,
        code: await host.options.store.put(candidate.code),
        ...(candidate.refined === undefined ? {} : { refined: candidate.refined }),
        ...(candidate.undone === undefined ? {} : { undone: candidate.undone }),
        ...(candidate.assets === undefined ? {} : { assets: candidate.assets }),
      })),
    );
    return {
      move: "programs",
      programs,
      ...(move.plan === undefined ? {} : { plan: move.plan }),
      usage: usage(),
    } satisfies WriteOutput;
  };
}
