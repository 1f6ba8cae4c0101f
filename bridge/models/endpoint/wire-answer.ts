import { z } from "zod";

const text = z.string().nullish().catch(null);
const count = z.number().nonnegative().nullish().catch(null);
const args = z
  .union([z.string(), z.record(z.string(), z.unknown())])
  .nullish()
  .catch(null);

const wireFunction = z
  .object({ name: text, arguments: args, parameters: args })
  .transform((said) => ({ name: said.name, arguments: said.arguments ?? said.parameters }));

/**
 * A native call, or a piece of one. Some servers leave the `function` around name and arguments out, or call the
 * arguments `input` or `parameters`.
 */
const wireCall = z
  .object({
    index: z.number().int().nonnegative().max(255).nullish().catch(null),
    id: text,
    function: wireFunction.nullish().catch(null),
    name: text,
    arguments: args,
    input: args,
    parameters: args,
    /** What the endpoint wants back with the call (Google's thought signatures). */
    extra_content: z.record(z.string(), z.unknown()).nullish().catch(null),
  })
  .transform(({ index, id, extra_content, function: inner, name, arguments: said, input, parameters }) => ({
    index,
    id,
    extra_content,
    function: inner ?? (name ? { name, arguments: said ?? input ?? parameters } : null),
  }));

/** A piece of a call as it is read from the wire. */
export interface Piece {
  index?: number | null | undefined;
  id?: string | null | undefined;
  function?:
    | { name?: string | null | undefined; arguments?: string | Record<string, unknown> | null | undefined }
    | null
    | undefined;
  extra_content?: Record<string, unknown> | null | undefined;
}

/** A part of a content that is a list: a text in one of its forms, or a call as Anthropic writes it. */
const part = z
  .union([
    z.string().transform((said) => ({ text: said, call: null })),
    z
      .object({
        type: text,
        text: z
          .union([z.string(), z.object({ value: z.string() }).transform(({ value }) => value)])
          .nullish()
          .catch(null),
        id: text,
        name: text,
        input: args,
      })
      .transform(({ type, text: said, id, name, input }) => ({
        text: said ?? "",
        call: type === "tool_use" && name ? { id, function: { name, arguments: input } } : null,
      })),
  ])
  .catch({ text: "", call: null });

const content = z
  .union([
    z.string().transform((said) => ({ said, calls: [] as Piece[] })),
    z.array(part).transform((all) => ({
      said: all.map((each) => each.text).join(""),
      calls: all.flatMap((each): Piece[] => (each.call ? [each.call] : [])),
    })),
  ])
  .nullish()
  .catch(null);

const message = z
  .object({
    content,
    reasoning_content: text,
    reasoning: text,
    thinking: text,
    refusal: text,
    tool_calls: z
      .union([z.array(wireCall), wireCall.transform((one) => [one])])
      .nullish()
      .catch(null),
    function_call: wireFunction.nullish().catch(null),
  })
  .transform((said) => ({
    content: said.content?.said ?? "",
    reasoning: said.reasoning_content ?? said.reasoning ?? said.thinking ?? "",
    refusal: said.refusal ?? null,
    calls: [
      ...(said.content?.calls ?? []),
      ...(said.tool_calls ?? (said.function_call ? [{ index: 0, function: said.function_call }] : [])),
    ] as Piece[],
  }));
export type WireMessage = z.output<typeof message>;

const choice = z
  .object({
    delta: message.nullish().catch(null),
    message: message.nullish().catch(null),
    /** Of servers that speak of completions only. */
    text,
    finish_reason: text,
    error: z.unknown().optional(),
  })
  .transform(({ delta, message: whole, text: said, finish_reason, error }) => {
    const empty = delta && delta.content === "" && delta.reasoning === "" && delta.calls.length === 0;
    const plain = said ? { content: said, reasoning: "", refusal: null, calls: [] } : null;
    return { part: (empty ? (whole ?? delta) : (delta ?? whole)) ?? plain, finish_reason, error };
  });

/** A chunk or a whole answer: what is read of it. Unknown and wrong-typed fields count as absent. */
export const wireAnswer = z.object({
  choices: z.array(choice).nullish().catch(null),
  error: z.unknown().optional(),
  usage: z
    .object({
      prompt_tokens: count,
      completion_tokens: count,
      total_tokens: count,
      prompt_tokens_details: z.object({ cached_tokens: count }).nullish().catch(null),
      /** DeepSeek's name. */
      prompt_cache_hit_tokens: count,
      completion_tokens_details: z.object({ reasoning_tokens: count }).nullish().catch(null),
    })
    .nullish()
    .catch(null),
});
export type WireAnswer = z.output<typeof wireAnswer>;
