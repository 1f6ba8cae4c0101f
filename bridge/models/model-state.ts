import type { NamedProfile, ToolStyle } from "../../config/profile.ts";
import type { Fitted } from "./budget/fit.ts";
import type { HandleState, Problem, ProblemCode } from "./contract.ts";
import type { Attempt } from "./endpoint/answer.ts";
import type { Overflow } from "./endpoint/overflow.ts";
import { simpler } from "./wire/styles.ts";

/** Failures in a row after which a simpler style is used. */
const mostFailures = 3;
/** The estimate is corrected by at most this factor: more means a wrong profile, not a dense text. */
const mostScale = 4;

export function freshState(profile: NamedProfile): HandleState {
  return {
    style: profile.tools,
    failures: 0,
    scale: 1,
    contextTokens: null,
    outputTokens: null,
    maxImages: null,
    refused: [],
  };
}

/** What a handle knows once it has heard of fields that the endpoint refused to others. */
export function informed(state: HandleState, fields: readonly string[]): HandleState {
  const refused = [...new Set([...state.refused, ...fields])];
  const noTools = refused.includes("tools") && state.style === "native";
  if (refused.length === state.refused.length && !noTools) return state;
  return { ...state, refused, ...(noTools ? { style: "inline" as const, failures: 0 } : {}) };
}

/** Learns from what the endpoint counted. Only upward: a budget that was enough once must stay enough. */
export function calibrated(state: HandleState, fitted: Fitted, usage: Attempt["usage"]): HandleState {
  if (!usage || usage.input <= fitted.tokens) return state;
  return { ...state, scale: Math.min(mostScale, (state.scale * usage.input) / fitted.tokens) };
}

/** What an overflow teaches; always lowers something, so that the next try is smaller. */
export function lowered(state: HandleState, fitted: Fitted, overflow: Overflow, profile: NamedProfile): HandleState {
  const context = Math.min(profile.context_tokens, state.contextTokens ?? Number.POSITIVE_INFINITY);
  const next = { ...state };
  let less = false;
  if (overflow.output !== undefined && overflow.output < (state.outputTokens ?? Number.POSITIVE_INFINITY)) {
    next.outputTokens = overflow.output;
    less = true;
  }
  if (overflow.limit !== undefined && overflow.limit < context) {
    next.contextTokens = overflow.limit;
    less = true;
  }
  if (overflow.input !== undefined && overflow.input > fitted.tokens) {
    next.scale = Math.min(mostScale, ((state.scale * overflow.input) / fitted.tokens) * 1.02);
    less = true;
  }
  if (!less && overflow.limit === undefined) next.contextTokens = Math.floor(context * 0.7);
  else if (!less) next.scale = Math.min(mostScale, state.scale * 1.3);
  return next;
}

const styleFailures: ReadonlySet<ProblemCode> = new Set([
  "json_broken",
  "cut_off",
  "other_style",
  "tool_unknown",
  "arguments_wrong",
  "no_call",
  "empty_reply",
  "refusal",
  "repetition",
]);

/** Counts this reply for or against its style; three failures in a row step down to a simpler one. */
export function judged(
  state: HandleState,
  style: ToolStyle,
  problems: readonly Problem[],
  called: boolean,
): { state: HandleState; problem?: Problem } {
  if (style !== state.style) return { state };
  const failed = problems.some(
    ({ code, repaired }) => styleFailures.has(code) && (!repaired || code === "other_style"),
  );
  if (!failed) return { state: called ? { ...state, failures: 0 } : state };
  const failures = state.failures + 1;
  const next = simpler(state.style);
  if (failures < mostFailures || next === undefined) return { state: { ...state, failures } };
  return {
    state: { ...state, style: next, failures: 0 },
    problem: steppedDown(state.style, next, `${failures} failures in a row`),
  };
}

export function steppedDown(from: ToolStyle, to: ToolStyle, why: string): Problem {
  return {
    code: "stepped_down",
    message: `Tools are called in the ${to} style from now on, not ${from}: ${why}.`,
    repaired: true,
  };
}

const least = (a: number | null, b: number | null): number | null => (a === null ? b : b === null ? a : Math.min(a, b));

/**
 * What a handle knows after a chat that began with `before` and ended with `after`, when others (candidates are written
 * in parallel) have meanwhile brought it to `now`: limits only tighten, and failures of all count.
 */
export function merged(now: HandleState, before: HandleState, after: HandleState): HandleState {
  const stepped = after.style !== before.style;
  const others = now.style !== before.style;
  const counted =
    after.failures > before.failures ? now.failures + 1 : after.failures < before.failures ? 0 : now.failures;
  return {
    style: others ? now.style : after.style,
    failures: others ? now.failures : stepped ? 0 : counted,
    scale: Math.max(now.scale, after.scale),
    contextTokens: least(now.contextTokens, after.contextTokens),
    outputTokens: least(now.outputTokens, after.outputTokens),
    maxImages: least(now.maxImages, after.maxImages),
    refused: [...new Set([...now.refused, ...after.refused])],
    ...(now.lighter === undefined && after.lighter === undefined
      ? {}
      : { lighter: Math.max(now.lighter ?? 0, after.lighter ?? 0) }),
  };
}
