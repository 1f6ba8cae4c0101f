/** What a "too long" answer says in numbers, as far as it does. Tokens. */
export interface Overflow {
  /** Context length of the endpoint. */
  limit?: number;
  /** Tokens that the input had. */
  input?: number;
  /** Most output tokens that the endpoint allows. */
  output?: number;
}

const overlong =
  /context[ _](length|window|limit|size)|input token length|must have less than [\d,]+ tokens|tokens? must be <=|`max_new_tokens` must be|n_ctx|maximum (model )?length|prompt is too long|too many (input )?tokens|input token count|range of input length|exceeds? the (model'?s )?(maximum|context|limit)|reduce the length|max_tokens.{0,40}(too large|at least 1|at most)|max_completion_tokens.{0,40}too large/i;

const number = (text: string | undefined): number | undefined => {
  const value = Number(text?.replaceAll(/[,_]/g, ""));
  return Number.isFinite(value) && value > 0 ? value : undefined;
};

const first = (message: string, patterns: readonly RegExp[]): number | undefined => {
  for (const pattern of patterns) {
    const found = number(pattern.exec(message)?.[1]);
    if (found !== undefined) return found;
  }
  return undefined;
};

const n = "([\\d,_]+)";
const limits = [
  new RegExp(`context (?:length|window|limit|size) \\(${n}(?: tokens)?\\)`, "i"),
  new RegExp(`n_ctx: ?${n}`, "i"),
  new RegExp(`must have less than ${n} tokens`, "i"),
  new RegExp(`must be <= ${n}`, "i"),
  new RegExp(`context limit: [\\d,_]+ \\+ [\\d,_]+ > ${n}`, "i"),
  new RegExp(`maximum (?:context|model) length(?: of| is)?:? ${n}`, "i"),
  new RegExp(`context (?:length|window|limit|size)(?: of| is)?(?: only)?:? ${n}`, "i"),
  new RegExp(`tokens > ${n} maximum`, "i"),
  new RegExp(`maximum number of tokens allowed \\(?${n}`, "i"),
  new RegExp(`range of input length should be \\[\\d+, ?${n}`, "i"),
];
const inputs = [
  new RegExp(`(?:request|input|prompt) \\(${n} tokens\\)`, "i"),
  new RegExp(`n_(?:keep|prompt_tokens): ?${n}`, "i"),
  new RegExp(`keep the first ${n} tokens`, "i"),
  new RegExp(`given: ${n}`, "i"),
  new RegExp(`${n} in the messages`, "i"),
  new RegExp(`messages resulted in ${n}`, "i"),
  new RegExp(`prompt \\(?(?:length|contains)?:? ?(?:at least )?${n}`, "i"),
  new RegExp(`passed ${n} input tokens`, "i"),
  new RegExp(`request has (?:at least )?${n} input tokens`, "i"),
  new RegExp(`too long: ${n} tokens`, "i"),
  new RegExp(`context limit: ${n} \\+`, "i"),
  new RegExp(`input token count \\(?(?:of |is )?${n}`, "i"),
];
const outputs = [
  new RegExp(`at most ${n} (?:completion|output)`, "i"),
  new RegExp(`range of max_tokens should be \\[\\d+, ?${n}`, "i"),
  new RegExp(`max_tokens: [\\d,_]+ > ${n}`, "i"),
];

/** Reads an endpoint's complaint about length (vLLM's, OpenAI's, Anthropic's, Google's and Qwen's wordings). */
export function readOverflow(message: string): Overflow | undefined {
  const text = message.slice(0, 4000);
  const output = first(text, outputs);
  if (!overlong.test(text) && output === undefined) return undefined;
  const [limit, input] = [first(text, limits), first(text, inputs)];
  return {
    ...(limit === undefined ? {} : { limit }),
    ...(input === undefined ? {} : { input }),
    ...(output === undefined ? {} : { output }),
  };
}

const tooBig =
  /request_too_large|(request|payload|body|entity|content|message)( size| length| entity| body)? (is )?(too large|too big|exceed)|exceeds? the (maximum|limit|size)[^.]{0,40}(\d ?(MB|MiB)|bytes)|maximum (allowed )?(request|body|payload|message) (size|length)/i;

/** Whether a complaint is about the size of the request in bytes, not about its tokens. */
export function tooManyBytes(message: string): boolean {
  return tooBig.test(message.slice(0, 4000)) && !/token/i.test(message.slice(0, 4000));
}

/** "At most 1 image(s) may be provided in one prompt." gives 1. */
export function readImageLimit(message: string): number | undefined {
  return number(/at most (\d+) image/i.exec(message.slice(0, 4000))?.[1]);
}
