import type { NamedProfile, ToolStyle } from "../../config/profile.ts";
import { type Fitted, fitRequest } from "./budget/fit.ts";
import { mostLighter, type PictureCache } from "./budget/pictures.ts";
import { textTokens } from "./budget/text.ts";
import type { ChatMessage, ChatRequest, HandleState, ImageReceipt, ModelDeps, Problem } from "./contract.ts";
import type { Attempt } from "./endpoint/answer.ts";
import type { Failure } from "./endpoint/failures.ts";
import { Failed, type Lost, send } from "./endpoint/send.ts";
import { learnRefusal } from "./learned.ts";
import { calibrated, lowered, steppedDown } from "./model-state.ts";
import { findCalls } from "./parse/blocks.ts";
import { wireBody } from "./wire/body.ts";
import { wireMessages } from "./wire/messages.ts";
import { type Objection, refusedField, refusesTools } from "./wire/refusals.ts";
import { instructions, simpler } from "./wire/styles.ts";

/** Times a request is changed to suit what the endpoint says about it. */
const mostChanges = 10;
const mostOverflows = 3;

export interface Ask {
  request: ChatRequest;
  messages: readonly ChatMessage[];
  maxTokens: number;
  temperature: number | null;
  style: ToolStyle;
}

export interface Answered {
  attempt: Attempt;
  fitted: Fitted;
  receipts: ImageReceipt[];
  /** The style it was finally asked in. */
  style: ToolStyle;
  state: HandleState;
  problems: Problem[];
}

/**
 * Asks once, with the request made to fit first; where the endpoint objects to length, number of pictures, a field or
 * native tools, the request is changed and asked again, never the same one again. `lost` hears of every request that
 * brought no answer, with the estimate of its input. Throws VigaError.
 */
export async function exchange(
  ask: Ask,
  profile: NamedProfile,
  startState: HandleState,
  deps: ModelDeps,
  pictures: PictureCache,
  lost: (spent: Lost, inputTokens: number) => void,
): Promise<Answered> {
  const { request } = ask;
  let state = startState;
  let style = ask.style;
  const noted: Problem[] = [];
  let overflows = 0;
  /** The latest refusal of the request's size, and the bytes that its pictures had. */
  let tooLarge: { bytes: number; failure: Failure } | undefined;
  for (let changes = 0; ; changes++) {
    const text = instructions(style, request.tools, request.requireCall === true);
    const native = style === "native";
    const fitted = await fitRequest(
      {
        messages: ask.messages,
        tools: native ? request.tools : [],
        overhead: textTokens(text),
        maxTokens: ask.maxTokens,
      },
      profile,
      state,
    );
    const lighter = state.lighter ?? 0;
    const ready = new Map(
      await Promise.all(
        [...fitted.px].map(async ([part, px]) => [part, await pictures.ready(part, px, lighter > 0)] as const),
      ),
    );
    const { messages, receipts } = wireMessages(fitted.messages, {
      style,
      detail: profile.image_detail,
      instructions: text,
      picture: (part) => ready.get(part)!,
      unsigned: state.refused.includes("thought_signature"),
    });
    if (tooLarge && bytesOf(receipts) >= tooLarge.bytes) {
      // Lighter by one step changed nothing: the same request would only be refused again.
      if (lighter >= mostLighter) throw tooLarge.failure.error;
      state = { ...state, lighter: lighter + 1 };
      continue;
    }
    const { requireCall = false, tools } = request;
    const body = wireBody(
      { messages, tools, style, requireCall, maxTokens: fitted.maxTokens, temperature: ask.temperature },
      profile,
      state,
    );
    try {
      const whole = (part: Attempt): boolean => findCalls(part.content, tools).calls.some(({ complete }) => complete);
      const attempt = await send(body, profile, deps, request.signal, (spent) => lost(spent, fitted.tokens), whole);
      const problems = [...noted, ...fitted.problems, ...unseen(fitted, attempt)];
      return { attempt, fitted, receipts, style, state: calibrated(state, fitted, attempt.usage), problems };
    } catch (thrown) {
      if (!(thrown instanceof Failed)) throw thrown;
      const { failure } = thrown;
      if (changes >= mostChanges) throw failure.error;
      const { overflow, message } = failure;
      // A limit that is named and not reached by the tokens is one of the request's size.
      const fits = overflow?.limit !== undefined && fitted.tokens + fitted.maxTokens < overflow.limit;
      if (failure.tooLarge || (overflow && fits && overflow.input === undefined && overflow.output === undefined)) {
        if (lighter >= mostLighter || receipts.length === 0) throw failure.error;
        state = { ...state, lighter: lighter + 1 };
        tooLarge = { bytes: bytesOf(receipts), failure };
        const how = `Asked again with lighter pictures (${bytesOf(receipts)} bytes of them before): ${message}`;
        noted.push({ code: "images_lightened", message: how, repaired: true });
        continue;
      }
      if (overflow && overflows++ < mostOverflows) {
        state = lowered(state, fitted, overflow, profile);
        noted.push({ code: "context_lowered", message: `Asked again with less: ${message}`, repaired: true });
        continue;
      }
      if (failure.imageLimit !== undefined && failure.imageLimit < (state.maxImages ?? Number.POSITIVE_INFINITY)) {
        state = { ...state, maxImages: failure.imageLimit };
        continue;
      }
      const { status, param } = failure;
      if (![400, 404, 422, 500].includes(status ?? 0) || failure.passing) throw failure.error;
      const objection: Objection = { status, message, param };
      const next = simpler(style);
      if (native && next && request.toolStyle === undefined && refusesTools(objection)) {
        noted.push(steppedDown(style, next, message));
        style = next;
        state = { ...giveUp("tools", message), style: next, failures: 0 };
        continue;
      }
      const field = refusedField(objection, body, request.tools, state);
      if (field === undefined) throw failure.error;
      state = giveUp(field, message);
      noted.push({ code: "field_dropped", message: `Asked again without ${field}: ${message}`, repaired: true });
    }
  }

  function giveUp(field: string, message: string): HandleState {
    learnRefusal(profile, field);
    deps.onEvent?.({ type: "refused", field, message });
    return { ...state, refused: [...state.refused, field] };
  }
}

const bytesOf = (receipts: readonly ImageReceipt[]): number => receipts.reduce((sum, { bytes }) => sum + bytes, 0);

/** Fewer tokens counted than half of what text and pictures need: the pictures were very likely left out. */
function unseen(fitted: Fitted, attempt: Attempt): Problem[] {
  if (!attempt.usage || attempt.usage.input === 0 || fitted.imageTokens < 150) return [];
  if (attempt.usage.input >= fitted.tokens / 2) return [];
  const message = `The endpoint counted ${attempt.usage.input} tokens where the pictures alone need about ${fitted.imageTokens}: it probably never showed them to the model.`;
  return [{ code: "images_unseen", message, repaired: true }];
}
