import { VigaError } from "../../../config/errors.ts";
import type { NamedProfile } from "../../../config/profile.ts";
import { pause } from "../../bus/timers.ts";
import type { ModelDeps } from "../contract.ts";
import { hasAnswered, noteAnswer } from "../learned.ts";
import type { WireBody } from "../wire/body.ts";
import type { Attempt } from "./answer.ts";
import { attempt } from "./attempt.ts";
import { backoffMs, longestAsked } from "./backoff.ts";
import { type Failure, readFailure } from "./failures.ts";
import { readKey, withoutKey } from "./keys.ts";
import { gateOf } from "./rate-limit.ts";
import { AttemptTimeout } from "./thrown.ts";

/** A failure that repeating does not mend; carried to whoever can change the request. */
export class Failed extends Error {
  override readonly name = "Failed";
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.error.message);
    this.failure = failure;
  }
}

/** Answers that stop without saying so are believed, as cut off, after this many of them: some servers never say so. */
const mostSilentEnds = 2;

/** Time-outs without a sign of an answer, in a row, after which an endpoint is given up: each takes minutes. */
const mostSilent = 2;

/** Milliseconds after which waiting is told: for a model's first answer of this process, and for any later one. */
const quietFirst = 5000;
const quietLater = 30_000;

/** A request that brought no answer. */
export interface Lost {
  /** What had arrived of one. */
  part: Attempt | undefined;
  /** False: it was refused or never worked on, so it costs nothing. */
  worked: boolean;
}

/**
 * Sends a request until it is answered: passing failures are repeated with backoff, within the endpoint's shared
 * limits. Throws Failed for what repeating does not mend, and `interrupted` when stopped. Each request that brings no
 * answer is told to `lost`; one whose end says that it failed is an answer all the same where `whole` says so.
 */
export async function send(
  body: WireBody,
  profile: NamedProfile,
  deps: ModelDeps,
  signal: AbortSignal,
  lost: (spent: Lost) => void = () => undefined,
  whole: (part: Attempt) => boolean = () => false,
): Promise<Attempt> {
  const key = readKey(profile, deps.env ?? process.env);
  const sleep = deps.sleep ?? pause;
  const gate = gateOf(profile);
  let silentEnds = 0;
  let silent = 0;
  for (let tried = 1; ; tried++) {
    const leave = await gate.enter(profile, signal);
    let failure: Failure;
    let part: Attempt | undefined;
    try {
      const first = !hasAnswered(profile);
      const tell = (): void => deps.onEvent?.({ type: "waiting", first, limit_s: profile.timeouts.first_s });
      const afterMs = deps.quietMs ?? (first ? quietFirst : quietLater);
      const answer = await attempt(body, profile, key, {
        signal,
        onPart: (reply) => {
          if (reply.choices || reply.usage) part = reply;
        },
        quiet: { afterMs, tell },
      });
      noteAnswer(profile);
      return withoutKey(answer, key);
    } catch (thrown) {
      failure = readFailure(thrown, profile, [key]);
      const partial = failure.partial;
      const accepted = partial && !signal.aborted && (whole(partial) || ++silentEnds >= mostSilentEnds);
      if (partial && accepted) return withoutKey(whole(partial) ? partial : { ...partial, finish: "length" }, key);
      // OpenAI's reasoning models refuse what others answer with finish_reason length.
      if (failure.cut) return nothingYet;
      silent = thrown instanceof AttemptTimeout && thrown.silent ? silent + 1 : 0;
      lost({ part, worked: part !== undefined || signal.aborted || thrown instanceof AttemptTimeout });
      if (signal.aborted) throw stopped(profile);
    } finally {
      leave();
    }
    if (!failure.passing) throw new Failed(failure);
    if (tried > profile.retries || silent >= mostSilent) throw new Failed(exhausted(failure, tried));
    if ((failure.waitMs ?? 0) > longestAsked) throw new Failed(tooLate(failure, profile));
    const wait = backoffMs(tried, failure.waitMs, deps.random ?? Math.random);
    // The endpoint's wish holds for all of this process's calls to it, not only this one.
    if (failure.waitMs !== undefined && deps.sleep === undefined) gate.pause(failure.waitMs);
    deps.onEvent?.({
      type: "retry",
      attempt: tried,
      code: failure.error.code,
      message: failure.error.message,
      wait_s: wait / 1000,
    });
    await sleep(wait, signal);
    if (signal.aborted) throw stopped(profile);
  }
}

/** An answer that was cut off before it began. */
const nothingYet: Attempt = {
  content: "",
  reasoning: "",
  toolCalls: [],
  refusal: null,
  finish: "length",
  usage: null,
  choices: true,
};

const stopped = (profile: NamedProfile): VigaError =>
  new VigaError("interrupted", `the call to ${profile.name} was stopped`, { hint: "resume the run to call again" });

/** The same failure, with how often it was tried; another endpoint may still do. */
function exhausted(failure: Failure, tried: number): Failure {
  const { code, message, hint } = failure.error;
  const options = { retry: "elsewhere" as const, ...(hint === undefined ? {} : { hint }) };
  return { ...failure, error: new VigaError(code, `${message} (tried ${tried} times)`, options) };
}

function tooLate(failure: Failure, profile: NamedProfile): Failure {
  const seconds = Math.round((failure.waitMs ?? 0) / 1000);
  return {
    ...failure,
    error: new VigaError("model_rate_limited", `${profile.name}: the endpoint asks to wait ${seconds} s`, {
      retry: "elsewhere",
      hint: `resume the run later, or map the role to another model`,
    }),
  };
}
