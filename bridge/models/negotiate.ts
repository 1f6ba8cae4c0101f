import type { NamedProfile, ToolStyle } from "../../config/profile.ts";
import { type Fitted, fitRequest } from "./budget/fit.ts";
import type { PictureShop } from "./budget/pictures.ts";
import { textTokens } from "./budget/text.ts";
import type { ChatMessage, ChatRequest, HandleState, ImageReceipt, ModelDeps, Problem } from "./contract.ts";
import type { Attempt } from "./endpoint/attempt.ts";
import { Failed, send } from "./endpoint/send.ts";
import { calibrated, lowered, steppedDown } from "./model-state.ts";
import { refusedField, wireBody } from "./wire/body.ts";
import { wireMessages } from "./wire/messages.ts";
import { instructions, simpler } from "./wire/styles.ts";

/** Times a request is changed to suit what the endpoint says about it. */
const mostChanges = 6;
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

/** The endpoint cannot do native tools at all (vLLM without a parser, models without function calling). */
const noNativeTools =
  /tool choice requires|tool[- _]?call[- _]?parser|(does not|doesn't|not) support (tools?|function|tool use)|tools? (is|are) not supported|no endpoints? found that support tool/i;

/**
 * Asks once, with the request made to fit first; where the endpoint objects to length, number of pictures, a field or
 * native tools, the request is changed and asked again. Throws VigaError.
 */
export async function exchange(
  ask: Ask,
  profile: NamedProfile,
  startState: HandleState,
  deps: ModelDeps,
  pictures: PictureShop,
): Promise<Answered> {
  const { request } = ask;
  let state = startState;
  let style = ask.style;
  const noted: Problem[] = [];
  let overflows = 0;
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
    const ready = new Map(
      await Promise.all([...fitted.px].map(async ([part, px]) => [part, await pictures.ready(part, px)] as const)),
    );
    const { messages, receipts } = wireMessages(fitted.messages, {
      style,
      detail: profile.image_detail,
      instructions: text,
      picture: (part) => ready.get(part)!,
    });
    const { requireCall = false, tools } = request;
    const body = wireBody(
      { messages, tools, style, requireCall, maxTokens: fitted.maxTokens, temperature: ask.temperature },
      profile,
      state,
    );
    try {
      const attempt = await send(body, profile, deps, request.signal);
      const problems = [...noted, ...fitted.problems, ...unseen(fitted, attempt)];
      return { attempt, fitted, receipts, style, state: calibrated(state, fitted, attempt.usage), problems };
    } catch (thrown) {
      if (!(thrown instanceof Failed)) throw thrown;
      const { failure } = thrown;
      if (changes >= mostChanges) throw failure.error;
      if (failure.overflow && overflows++ < mostOverflows) {
        state = lowered(state, fitted, failure.overflow, profile);
        noted.push({ code: "context_lowered", message: `Asked again with less: ${failure.message}`, repaired: true });
        continue;
      }
      if (failure.imageLimit !== undefined && failure.imageLimit < (state.maxImages ?? Number.POSITIVE_INFINITY)) {
        state = { ...state, maxImages: failure.imageLimit };
        continue;
      }
      const badRequest = failure.status === 400 || failure.status === 422 || failure.status === 404;
      const next = simpler(style);
      if (badRequest && native && next && request.toolStyle === undefined && noNativeTools.test(failure.message)) {
        noted.push(steppedDown(style, next, failure.message));
        style = next;
        state = { ...state, style: next, failures: 0 };
        continue;
      }
      const field = badRequest ? refusedField(failure.message, body, state) : undefined;
      if (field === undefined) throw failure.error;
      state = { ...state, refused: [...state.refused, field] };
      noted.push({
        code: "field_dropped",
        message: `Asked again without ${field}: ${failure.message}`,
        repaired: true,
      });
    }
  }
}

/** Fewer tokens counted than half of what text and pictures need: the pictures were very likely left out. */
function unseen(fitted: Fitted, attempt: Attempt): Problem[] {
  if (!attempt.usage || attempt.usage.input === 0 || fitted.imageTokens < 150) return [];
  if (attempt.usage.input >= fitted.tokens / 2) return [];
  const message = `The endpoint counted ${attempt.usage.input} tokens where the pictures alone need about ${fitted.imageTokens}: it probably never showed them to the model.`;
  return [{ code: "images_unseen", message, repaired: true }];
}
