import { z } from "zod";
import { unifiedDiff } from "../../../../bridge/text/line-diff.ts";
import { VigaError } from "../../../../config/errors.ts";
import type { SolverLimits } from "../../../../config/refine.ts";
import type { Context } from "../../../../machines/domain/index.ts";
import type { GeneratorMove, GeneratorPlayer, PlayerIO } from "../../player.ts";

/** Seconds that the first round and the further one may take where nothing else is said: a run takes less than a minute. */
const firstSeconds = 32;
const furtherSeconds = 13;
/** Beside its own time: opening the page, a first picture, a last one. */
const spareSeconds = 60;
/** A round that leaves less than this part of the difference, or takes less than this part of it, is the last. */
const little = 0.005;
/** Rounds at most. */
const rounds = 2;

const fitted = z.object({
  code: z.string(),
  before: z.number(),
  after: z.number(),
  pictures: z.number(),
  steps: z.array(z.string()),
});

/**
 * The numeric player for pages: moves numbers and colours of the page's own style until its picture is the target's. The
 * engine does it in the live page; a call is a round. It writes nothing anew.
 */
export function createPageSolver({ limits = {} }: { limits?: SolverLimits } = {}): GeneratorPlayer {
  const write = async (context: Context, io: PlayerIO): Promise<GeneratorMove> => {
    const { task } = context;
    const from = context.from?.code ?? context.best?.program?.code ?? task.start;
    if (from === null) {
      throw new VigaError("input_invalid", "the solver needs a start program", {
        hint: "give one with --start (initialize/<id>.html beside the picture), or let a model write the first page: --model NAME",
      });
    }
    const target = task.targets[0];
    if (target === undefined) {
      throw new VigaError("input_invalid", "the solver needs a target picture", { hint: "give one with --target" });
    }
    const last = context.rounds.filter(({ t }) => t > 0);
    if (last.length >= rounds) return { type: "end", reason: `the solver's ${rounds} rounds are used up` };
    const [start, now] = [context.rounds[0]?.measures?.loss, context.best?.measures?.loss];
    if (start !== undefined && now !== undefined && now <= start * little && last.length > 0) {
      return { type: "end", reason: "nothing is left that numbers could improve" };
    }
    const code = await io.text(from);
    const picture = (await io.bytes(target.image)).toString("base64");
    const seconds = limits.seconds ?? (last.length === 0 ? firstSeconds : furtherSeconds);
    const args = { program: code, target: picture, seconds };
    const reply = await io.job({ op: "call", name: "fit_page", args, seconds: seconds + spareSeconds });
    if (!reply.ok) {
      return { type: "end", reason: `the page cannot be fitted: ${reply.error?.message ?? "no reason was given"}` };
    }
    const found = fitted.parse(reply.result);
    if (found.code === code || found.after >= found.before * (1 - little)) {
      return { type: "end", reason: "no number or colour of the page makes its picture more alike" };
    }
    const thought = [
      `Fitted numbers and colours of the page to the target in ${found.pictures} pictures: mean squared difference ${found.before.toPrecision(3)} -> ${found.after.toPrecision(3)}.`,
      ...found.steps.map((step) => `- ${step}`),
    ].join("\n");
    const candidate = { thought, code: found.code, code_diff: unifiedDiff(code, found.code) };
    return { type: "programs", candidates: [candidate] };
  };
  return { name: "solver", write };
}
