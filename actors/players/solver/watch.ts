import type { Refined } from "../../../machines/domain/index.ts";
import type { PlayerIO } from "../player.ts";

/** Seconds between two notes of a refinement's progress that tell no new loss. */
const between = 5;

interface Seen {
  first: number | null;
  last: number | null;
  /** The last loss of any kind. */
  now: number | null;
  renders: number;
  /** What it is held to, in words. */
  limits: string | null;
}

const number = (value: unknown): number | null => (typeof value === "number" ? value : null);

/**
 * What a solver is lent to refine a program: its recorded calls are kept apart from others of the turn by `key`, and its
 * progress goes on the tape as that of a refinement (renders so far, loss before and now), once in a few seconds.
 */
export function watchSolver(
  io: PlayerIO,
  { key, t, candidate }: { key: string; t: number; candidate: number },
): { io: PlayerIO; account(): Pick<Refined, "loss_before" | "loss_after" | "renders" | "seconds" | "limits"> } {
  const began = performance.now();
  const seen: Seen = { first: null, last: null, now: null, renders: 0, limits: null };
  let told = Number.NEGATIVE_INFINITY;
  const progress = (data: Record<string, unknown>) => {
    // What a stage measures on its way is of smaller and noisier pictures: near the truth, and no account.
    const rough = data.step !== "start" && data.step !== "done";
    const loss = number(data.loss);
    if (!rough) seen.first ??= loss;
    if (!rough) seen.last = loss ?? seen.last;
    seen.now = loss ?? seen.now;
    seen.renders = number(data.renders) ?? seen.renders;
    if (typeof data.limits === "string") seen.limits = data.limits;
    if (rough && performance.now() - told < 1000 * between) return;
    told = performance.now();
    const { first, now, renders } = seen;
    io.note("progress", { ...data, t, candidate, refining: true, renders, loss: now, rough, loss_before: first });
  };
  return {
    io: {
      ...io,
      once: (name, call) => io.once(`${key}/${name}`, call),
      note: (type, data) => (type === "progress" ? progress(data) : io.note(type, data)),
    },
    account: () => ({
      loss_before: seen.first,
      loss_after: seen.last,
      renders: seen.renders,
      ...(seen.limits === null ? {} : { limits: seen.limits }),
      seconds: Math.round(performance.now() - began) / 1000,
    }),
  };
}
