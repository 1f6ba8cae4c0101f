import { type MovedNumber, movedNumbers } from "../../../bridge/text/moved-numbers.ts";
import { toVigaError } from "../../../config/errors.ts";
import type { Context, Refined } from "../../../machines/domain/index.ts";
import type { Candidate, GeneratorMove, GeneratorPlayer, PlayerIO } from "../player.ts";
import { skeletonOf } from "./structure.ts";
import { withoutStructure } from "./thought.ts";
import { watchSolver } from "./watch.ts";

/** Moves that are named; the rest is counted. */
const mostNamed = 120;

/** Characters of a failure's message. */
const mostWords = 400;

/** How far a number moved, by its own size. */
const reach = ({ from, to }: MovedNumber) => Math.abs(to - from) / Math.max(Math.abs(from), Math.abs(to));

/**
 * Lets a numeric solver refine each program that a generator writes: numbers only, never structure. The program's thought
 * and diff stay its writer's own; what the solver did, or why it left the program as it was, stands in `refined`.
 */
export function withRefine(generator: GeneratorPlayer, solver: GeneratorPlayer): GeneratorPlayer {
  async function refine(candidate: Candidate, index: number, context: Context, io: PlayerIO): Promise<Candidate> {
    const { t } = context;
    const code = await io.put(candidate.code);
    const { thought, code_diff } = candidate;
    // The solver sees a task that begins with this program: earlier rounds belong to other structures.
    const own: Context = {
      ...context,
      task: { ...context.task, start: code },
      plan: null,
      rounds: [],
      best: null,
      from: { t, candidate: index, thought, code_diff, code },
      note: null,
      candidates: 1,
    };
    const watch = watchSolver(io, { key: `refine/${index}`, t, candidate: index });
    const told = (to: string, refined: Refined): Candidate => {
      io.note("refined", { t, candidate: index, refined });
      return { ...candidate, code: to, refined };
    };
    const kept = (why: string) => {
      const account = watch.account();
      const own = { moved: 0, changes: [], loss_after: account.loss_before, kept: withoutStructure(why) };
      return told(candidate.code, { by: solver.name, ...account, ...own });
    };
    let move: GeneratorMove;
    try {
      move = await solver.write(own, watch.io);
    } catch (thrown) {
      const error = toVigaError(thrown);
      if (error.code === "interrupted" || io.signal.aborted) throw error;
      return kept(`${solver.name} failed: ${error.message.slice(0, mostWords)}`);
    }
    const best = move.type === "programs" ? move.candidates[0] : undefined;
    if (move.type === "end" || best === undefined) return kept(move.type === "end" ? move.reason : "no program");
    if (skeletonOf(best.code) !== skeletonOf(candidate.code)) return kept(`${solver.name} changed more than numbers`);
    if (best.code === candidate.code) return kept("no number was worth changing");
    const moves = movedNumbers(candidate.code, best.code, { most: Number.POSITIVE_INFINITY });
    const changes = moves.sort((a, b) => reach(b) - reach(a)).slice(0, mostNamed);
    return told(best.code, { by: solver.name, moved: moves.length, changes, ...watch.account(), written: code });
  }

  return {
    name: `${generator.name} + ${solver.name}`,
    async write(context, io) {
      const move = await generator.write(context, io);
      // Numbers are fitted to a target picture; without one there is nothing to fit.
      if (move.type === "end" || context.task.targets.length === 0) return move;
      const candidates: Candidate[] = [];
      // One after the other: they share the slot that holds the scene.
      for (const [index, candidate] of move.candidates.entries()) {
        candidates.push(await refine(candidate, index, context, io));
      }
      return { ...move, candidates };
    },
  };
}
