import type OpenAI from "openai";
import type { NamedProfile, ToolStyle } from "../../../config/profile.ts";
import type { HandleState, ToolSpec } from "../contract.ts";
import { takesNothing } from "./refusals.ts";

export type WireBody = Omit<OpenAI.ChatCompletionCreateParams, "stream"> & Record<string, unknown>;

export interface BodyOptions {
  messages: OpenAI.ChatCompletionMessageParam[];
  tools: readonly ToolSpec[];
  style: ToolStyle;
  requireCall: boolean;
  maxTokens: number;
  /** null: not sent. */
  temperature: number | null;
}

/** The request body, without the fields that the endpoint has refused before. */
export function wireBody(options: BodyOptions, profile: NamedProfile, state: HandleState): WireBody {
  const refused = (field: string): boolean => state.refused.includes(field);
  const limit = refused("max_tokens")
    ? "max_completion_tokens"
    : refused("max_completion_tokens")
      ? "max_tokens"
      : profile.max_tokens_param;
  const body: WireBody = { model: profile.model, messages: options.messages, [limit]: options.maxTokens };
  if (options.temperature !== null && !refused("temperature")) body.temperature = options.temperature;
  if (profile.reasoning_effort !== null) body.reasoning_effort = profile.reasoning_effort;
  if (options.style === "native" && options.tools.length > 0) {
    body.tools = options.tools.map((tool) => {
      const { name, description, parameters } = tool;
      // A function without parameters is one that takes nothing, in OpenAI's own terms.
      const none = takesNothing(tool) && refused("parameters");
      return { type: "function", function: none ? { name, description } : { name, description, parameters } };
    });
    if (!refused("tool_choice")) body.tool_choice = options.requireCall ? "required" : "auto";
  }
  if (
    options.style === "json" &&
    options.tools.length > 0 &&
    profile.json_mode === "object" &&
    !refused("response_format")
  ) {
    body.response_format = { type: "json_object" };
  }
  if (profile.stream && !refused("stream_options")) body.stream_options = { include_usage: true };
  const whole: WireBody = { ...body, ...profile.extra };
  for (const field of ["reasoning_effort", "seed"]) if (refused(field)) delete whole[field];
  return whole;
}
