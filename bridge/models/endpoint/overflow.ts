/** What a "too long" answer says in numbers, as far as it does. Tokens. */
export interface Overflow {
  /** Context length of the endpoint. */
  limit?: number;
  /** Tokens that the input had. */
  input?: number;
  /** Most output tokens that the endpoint allows. */
  output?: number;
}

/** How servers, libraries and gateways say that a request has too many tokens. */
const overlong = new RegExp(
  [
    "context[ _]?(length|window|limit|size)",
    "(input|prompt|conversation|message)s? ?(token )?(length )?(is |was |are )?(too (long|large)|超长)",
    "(input|prompt|requested) token (length|count)",
    "too many (input )?tokens",
    "(token|length) limit",
    "must have less than [\\d,]+ tokens",
    "tokens? must be <=",
    "`max_new_tokens` must be",
    "n_ctx|max_seq_len|max_num_tokens|session_len",
    "maximum (\\w+ ){0,2}(length|number of tokens)",
    "(longer|larger|greater) than (the |this )?(model|maximum|max)",
    "tokens? (is |are )?too (long|many)",
    "too large to process",
    "reduce (the|your) (length|message|input|prompt)",
    "only supports up to",
    "range of input length",
    "(max_tokens|max_completion_tokens).{0,40}(too large|at least 1|at most)",
    "request (body )?too large for .{0,200}tokens",
    "expected maxlength",
    "超过.{0,12}(长度|上限|限制)|上下文.{0,8}(长度|超)",
  ].join("|"),
  "is",
);

/** Of anything else that has a limit, only what speaks of tokens or length is meant. */
const exceeds = /exceed(s|ed)?( the)? (model'?s )?(maximum|max\b|context|limit|configured limit)/i;
const ofLength = /token|context|length|prompt|input\b/i;

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

const n = "\\(?`?([\\d,_]*\\d)(?:\\.\\d+)?";
/** The most exact wordings come first: several sentences name what was asked for beside what is allowed. */
const limits = [
  `max_seq_len(?:gth)?(?: of| is|=|:)? ?${n}`,
  `max_num_tokens(?: of| is|=|:)? ?${n}`,
  `session_len(?: of| is|=|:)? ?${n}`,
  `n_ctx"?: ?${n}`,
  `must have less than ${n} tokens`,
  `must be <= ${n}`,
  `context limit: [\\d,_]+ \\+ [\\d,_]+ > ${n}`,
  `tokens? > ${n} maximum`,
  `with ${n} maximum context length`,
  `limit(?:ed)? (?:of|is|to):? ?${n}`,
  `token limit:? ?${n}`,
  `\\blimit ${n}, (?:used [\\d,_]+, )?requested`,
  `context length is only ${n}`,
  `max(?:imum)? (?:\\w+ ){0,3}length(?: of| is| is just)?(?: [\\w./-]+ is)?:? ${n}`,
  `max input tokens:? ${n}`,
  `max size:? ${n} tokens`,
  `expected maxlength:? ${n}`,
  `context[ _]?(?:length|window|limit|size)(?: of| is)?(?: only)?:? ${n}`,
  `length limit(?: of| is)?:? ${n}`,
  `maximum number of tokens allowed:? ${n}`,
  `only supports up to ${n}`,
  `range of input length should be \\[\\d+, ?${n}`,
].map((text) => new RegExp(text, "i"));
const inputs = [
  `n_(?:keep|prompt_tokens)"?: ?${n}`,
  `(?:request|input|prompt)(?: length)? \\(${n} tokens\\)`,
  `(?:request|prompt|input) (?:contains|has)(?: at least)? ${n} (?:\\w+ )?tokens`,
  `request token count: ${n}`,
  `keep the first ${n} tokens`,
  `given: ${n}`,
  `${n} (?:tokens )?(?:in the messages|of text input|from the input messages)`,
  `messages resulted in ${n}`,
  `prompt is ${n} tokens`,
  `(?:prompt|input) \\(?(?:total )?(?:length|contains)?:? ?(?:at least )?${n}`,
  `passed ${n} input tokens`,
  `(?:current|context) length(?: is)? ${n} (?:while|is greater)`,
  `too long: ${n}`,
  `context limit: ${n} \\+`,
  `token count:? (?:of |is )?${n}`,
  `requested(?: about)?:? ${n}(?!\\d* (?:tokens? \\(|output))`,
].map((text) => new RegExp(text, "i"));
const outputs = [
  `at most ${n} (?:completion|output)`,
  `range of max_tokens (?:should be|is) \\[\\d+, ?${n}`,
  `max_(?:completion_)?tokens: [\\d,_]+ > ${n}`,
  `max_(?:completion_|output_)?tokens\\W.{0,60}?(?:less than or equal to|not exceed|cannot exceed|at most|<=) ${n}`,
].map((text) => new RegExp(text, "i"));
/** Google names the first number that is too many. */
const outputBelow = /maxOutputTokens.{0,80}to (\d+) \(exclusive\)/i;

/** Reads an endpoint's complaint about length; the wordings met so far stand in the tests. */
export function readOverflow(message: string): Overflow | undefined {
  const text = message.slice(0, 4000);
  const below = number(outputBelow.exec(text)?.[1]);
  const output = first(text, outputs) ?? (below === undefined ? undefined : below - 1);
  const long = overlong.test(text) || (exceeds.test(text) && ofLength.test(text));
  if (!long && output === undefined) return undefined;
  const [limit, input] = [first(text, limits), first(text, inputs)];
  return {
    ...(limit === undefined ? {} : { limit }),
    ...(input === undefined ? {} : { input }),
    ...(output === undefined ? {} : { output }),
  };
}

const tooBig =
  /request_too_large|(request|payload|body|entity|content|message)( size| length| entity| body)? (is )?(too large|too big|exceed)|exceeds?( the)? ?(maximum|limit|size)?[^.]{0,40}\d ?(MB|MiB|KB|bytes)|maximum (allowed )?(number of bytes|(request|body|payload|message) (size|length))|image dimensions? exceed/i;

/** Whether a complaint is about the size of the request in bytes, not about its tokens. */
export function tooManyBytes(message: string): boolean {
  return tooBig.test(message.slice(0, 4000)) && !/token/i.test(message.slice(0, 4000));
}

const imageLimits = [
  /at most (\d+) images?/i,
  /(?:maximum|limit)(?: number)? of (\d+) images?/i,
  /(?:only|up to|more than|limited to)(?: supports?)? (\d+) images?/i,
  /(?:too many|number of) images?.{0,60}?(?:> ?|exceeds?[^\d]{0,40}|maximum[^\d]{0,20}|limit[^\d]{0,20})(\d+)/i,
];

/** "At most 1 image(s) may be provided in one prompt." gives 1. */
export function readImageLimit(message: string): number | undefined {
  return first(message.slice(0, 4000), imageLimits);
}
