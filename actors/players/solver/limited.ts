import { VigaError } from "../../../config/errors.ts";
import type { SolverLimits } from "../../../config/refine.ts";
import type { GeneratorMove, JobReply, JobRequest, PlayerIO } from "../player.ts";
import type { Fitter } from "./fitter.ts";
import { limitTrace } from "./limits.ts";
import type { Scale } from "./problem.ts";

/** Thrown once when the time is nearly up: the rest is for looking at what was found. */
export class TimeUp extends VigaError {
  constructor(seconds: number) {
    super("player_failed", `the solver's ${seconds} s were over before it could better the program`);
  }
}

/** The share of its time that a solver keeps for looking at what it found. */
const forTheEnd = 0.2;

interface LimitedIO {
  readonly io: PlayerIO;
  /** What the solver was held to. */
  words(): string;
  /** Whether the time for fitting is over, and what is kept for the end has been begun. */
  isOver(): boolean;
  /** Seconds until all of the time is over. */
  left(): number;
}

/** What a solver is lent, within limits: what may not move is taken out of its traces, and its jobs end in time. */
export function limitedIO(io: PlayerIO, limits: SolverLimits): LimitedIO {
  const { seconds = Number.POSITIVE_INFINITY, tune, lock = [] } = limits;
  const began = performance.now();
  const left = () => seconds - (performance.now() - began) / 1000;
  const reach = tune !== undefined || lock.length > 0;
  let words = "";
  let told = false;

  const job = async (request: JobRequest): Promise<JobReply> => {
    const reserve = told ? 0 : forTheEnd * seconds;
    const time = seconds === Number.POSITIVE_INFINITY ? Number.POSITIVE_INFINITY : left() - reserve;
    const up = () => {
      told = true;
      return new TimeUp(seconds);
    };
    if (time <= 0) throw up();
    const traces = reach && request.op === "call" && request.name === "trace";
    const asked = traces ? { ...request, args: { ...request.args, reach: true } } : request;
    const most = Math.min(asked.seconds ?? Number.POSITIVE_INFINITY, time);
    const reply = await io.job(most === Number.POSITIVE_INFINITY ? asked : { ...asked, seconds: most });
    if (!reply.ok && reply.error?.kind === "timeout" && most === time) throw up();
    if (!traces || !reply.ok) return reply;
    const limited = limitTrace(reply.result, limits);
    words = limited.words;
    return { ...reply, result: limited.trace };
  };
  return { io: { ...io, job }, words: () => words, isOver: () => told, left };
}

/** The points that a fit passes, so that one which is cut short ends at the best of them. */
export class Trail {
  private readonly points: (readonly number[])[] = [];

  pass(point: readonly number[]): void {
    if (point !== this.points.at(-1)) this.points.push([...point]);
  }

  /** The latest `most` different points. */
  last(most: number): (readonly number[])[] {
    const seen = new Map(this.points.map((point) => [point.join(), point]));
    return [...seen.values()].slice(-most);
  }
}

/** Of how many points a fit that is cut short chooses the best. */
const judged = 6;

/** Runs a stage of a fit; one whose time is up is left at the best point that it passed. Returns whether that happened. */
export async function endsInTime(
  fitter: Fitter,
  trail: Trail,
  scale: Scale,
  stage: () => Promise<void>,
): Promise<boolean> {
  const before = [...fitter.point];
  try {
    await stage();
    return false;
  } catch (thrown) {
    if (!(thrown instanceof TimeUp)) throw thrown;
  }
  trail.pass(fitter.point);
  const points = [before, ...trail.last(judged)];
  const looks = await fitter.problem.look(points, scale);
  const losses = looks.map((look) => (look ? fitter.problem.loss(look) : Number.POSITIVE_INFINITY));
  fitter.point = [...points[losses.indexOf(Math.min(...losses))]!];
  return true;
}

/** Does what must be done last, in the time that is kept for it where the rest is over. */
export async function atTheEnd<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (!(thrown instanceof TimeUp)) throw thrown;
    return work();
  }
}

/** Why a round that ran out of time made no program. */
export const outOfTime = ({ seconds }: SolverLimits = {}): string => `nothing better was found in ${seconds} s`;

/** A round whose time was over before it had anything to show makes no program; other failures stay failures. */
export function endOfTime(thrown: unknown): GeneratorMove {
  if (thrown instanceof TimeUp) return { type: "end", reason: thrown.message };
  throw thrown;
}
