import type { Answer } from "./answers.ts";
import type { Recorded } from "./request.ts";

/** The refusals of a provider's /chat/completions, in its own words (public issues and documents, 2026-11). */
export type Strict = (seen: Recorded) => Answer | undefined;

const openai = (message: string, param: string | null, code: string | null = null): Answer => ({
  kind: "status",
  status: 400,
  message,
  body: JSON.stringify({ error: { message, type: "invalid_request_error", param, code } }),
});

/** Claude Opus 4.7, Sonnet 5 and later: no sampling parameters, no forced tools. */
export const claude5: Strict = ({ body }) => {
  const bad = (message: string): Answer => openai(message, null, "invalid_request_error");
  if (body.temperature !== undefined) return bad("`temperature` is deprecated for this model.");
  const forced = body.tool_choice === "required" || typeof body.tool_choice === "object";
  if (forced) return bad('tool_choice: type "tool" and "any" are not supported for this model.');
  return undefined;
};

/** GPT-5.6 and GPT-6: `max_completion_tokens`, the default temperature, tools only without reasoning. */
export const gpt6: Strict = ({ body, model }) => {
  if (body.max_tokens !== undefined) {
    const message =
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.";
    return openai(message, "max_tokens", "unsupported_parameter");
  }
  if (body.temperature !== undefined && body.temperature !== 1) {
    const message = `Unsupported value: 'temperature' does not support ${body.temperature} with this model. Only the default (1) value is supported.`;
    return openai(message, "temperature", "unsupported_value");
  }
  const effort = body.reasoning_effort;
  if (effort === "none" && /astra|6\.1-sol/.test(model)) {
    const message = `Unsupported value: 'reasoning_effort' does not support 'none' with this model. Supported values are: 'low', 'medium', 'high', and 'xhigh'.`;
    return openai(message, "reasoning_effort", "unsupported_value");
  }
  if (body.tools !== undefined && effort !== "none") {
    const message = `Function tools with reasoning_effort are not supported for ${model} in /v1/chat/completions. To use function tools, use /v1/responses or set reasoning_effort to 'none'.`;
    return openai(message, "reasoning_effort");
  }
  return undefined;
};

const google = (message: string): Answer => ({
  kind: "status",
  status: 400,
  message,
  body: JSON.stringify([{ error: { code: 400, message, status: "INVALID_ARGUMENT" } }]),
});

/** Gemini 3: every call of an earlier turn with its signature, no object without properties. */
export const gemini3: Strict = ({ body }) => {
  for (const [i, tool] of (body.tools ?? []).entries()) {
    const { parameters } = tool.function as { parameters?: { properties?: object } };
    if (parameters && Object.keys(parameters.properties ?? {}).length === 0) {
      const place = `GenerateContentRequest.tools[0].function_declarations[${i}].parameters.properties`;
      return google(`* ${place}: should be non-empty for OBJECT type\n`);
    }
  }
  for (const message of body.messages) {
    for (const call of message.tool_calls ?? []) {
      const { extra_content: extra } = call as { extra_content?: { google?: { thought_signature?: string } } };
      if (extra?.google?.thought_signature) continue;
      return google(
        `Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, and missing thought_signature may lead to degraded model performance. Additional data, function call \`default_api:${call.function.name}\` , position 2. Please refer to https://ai.google.dev/gemini-api/docs/thought-signatures for more details.`,
      );
    }
  }
  return undefined;
};

/** Gives calls the signature that Gemini 3 wants back. */
export const signed = (answer: Answer, signature = "c2ln"): Answer =>
  answer.kind === "calls"
    ? {
        ...answer,
        calls: answer.calls.map((call) => ({ ...call, extra: { google: { thought_signature: signature } } })),
      }
    : answer;
