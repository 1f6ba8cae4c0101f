import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readImageLimit, readOverflow, tooManyBytes } from "../../../../bridge/models/endpoint/overflow.ts";

describe("what endpoints say about length", () => {
  it.each([
    [
      "vLLM",
      "This model's maximum context length is 8192 tokens. However, you requested 10825 tokens (8825 in the messages, 2000 in the completion). Please reduce the length of the messages or completion.",
      { limit: 8192, input: 8825 },
    ],
    [
      "vLLM, the prompt alone",
      "The decoder prompt (length 8825) is longer than the maximum model length of 8192. Make sure that `max_model_len` is no smaller than the number of text tokens plus multimodal tokens.",
      { limit: 8192, input: 8825 },
    ],
    [
      "vLLM, room for the answer",
      "'max_tokens' or 'max_completion_tokens' is too large: 20000. This model's maximum context length is 32768 tokens and your request has 15000 input tokens (20000 > 32768 - 15000).",
      { limit: 32768, input: 15000 },
    ],
    [
      "vLLM, newer",
      "You passed 8193 input tokens and requested 0 output tokens. However, the model's context length is only 8192 tokens, resulting in a maximum input length of 8192 tokens.",
      { limit: 8192, input: 8193 },
    ],
    [
      "OpenAI",
      "This model's maximum context length is 128000 tokens. However, your messages resulted in 130,123 tokens. Please reduce the length of the messages.",
      { limit: 128000, input: 130123 },
    ],
    [
      "OpenAI, output",
      "max_tokens is too large: 100000. This model supports at most 16384 completion tokens, whereas you provided 100000.",
      { output: 16384 },
    ],
    ["Anthropic", "prompt is too long: 208310 tokens > 200000 maximum", { limit: 200000, input: 208310 }],
    [
      "Anthropic, both",
      "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000, decrease input length or `max_tokens` and try again",
      { limit: 200000, input: 190000 },
    ],
    [
      "Anthropic, output",
      "max_tokens: 100000 > 64000, which is the maximum allowed number of output tokens",
      { output: 64000 },
    ],
    [
      "Google",
      "The input token count (1100000) exceeds the maximum number of tokens allowed (1048575).",
      { limit: 1048575, input: 1100000 },
    ],
    ["Qwen", "Range of input length should be [1, 129024]", { limit: 129024 }],
    [
      "llama.cpp",
      "request (9000 tokens) exceeds the available context size (4096 tokens), try increasing it",
      { limit: 4096, input: 9000 },
    ],
    [
      "SGLang",
      "The input (9000 tokens) is longer than the model's context length (4096 tokens).",
      { limit: 4096, input: 9000 },
    ],
    [
      "LM Studio",
      "Trying to keep the first 9000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens, which is not enough.",
      { limit: 4096, input: 9000 },
    ],
    [
      "LM Studio, newer",
      "The number of tokens to keep from the initial prompt is greater than the context length (n_keep: 9000>= n_ctx: 4096).",
      { limit: 4096, input: 9000 },
    ],
    [
      "TGI",
      "Input validation error: `inputs` must have less than 4096 tokens. Given: 9000",
      { limit: 4096, input: 9000 },
    ],
    [
      "TGI, with output",
      "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 3000 `inputs` tokens and 2000 `max_new_tokens`",
      { limit: 4096, input: 3000 },
    ],
    ["Ollama", "input length exceeds maximum context length", {}],
    ["a gateway", "Input token length is too long", {}],
    ["Qwen, output", "Range of max_tokens should be [1, 8192]", { output: 8192 }],
    [
      "vLLM, newest",
      "This model's maximum context length is 32768 tokens. However, you requested 8000 output tokens and your prompt contains at least 24769 input tokens, for a total of at least 32769 tokens.",
      { limit: 32768, input: 24769 },
    ],
    [
      "vLLM, less for the input than for all",
      "You passed 8193 input tokens and requested 100 output tokens. However, the model's context length is only 8192 tokens, resulting in a maximum input length of 8092 tokens.",
      { limit: 8192, input: 8193 },
    ],
    [
      "vLLM, older",
      "The prompt (total length 5000) is too long to fit into the model (context length 4096).",
      { limit: 4096, input: 5000 },
    ],
    ["vLLM, no room at all", "max_tokens must be at least 1, got -512.", {}],
    ["llama.cpp, full", "Context size has been exceeded.", {}],
    [
      "llama.cpp, batch",
      "input (9000 tokens) is too large to process. increase the physical batch size",
      { input: 9000 },
    ],
    [
      "SGLang, with output",
      "Requested token count exceeds the model's maximum context length of 4096 tokens. You requested a total of 5000 tokens: 3000 tokens from the input messages and 2000 tokens for the completion.",
      { limit: 4096, input: 3000 },
    ],
    [
      "SGLang, truncation",
      "Input length (9000 tokens) exceeds the maximum allowed length (8192 tokens). Use a shorter input or enable --allow-auto-truncate.",
      { limit: 8192, input: 9000 },
    ],
    [
      "OpenAI, newer",
      "Your input exceeds the context window of this model. Please adjust your input and try again.",
      {},
    ],
    [
      "OpenAI, configured",
      "Input tokens exceed the configured limit of 272000 tokens. Your messages resulted in 300000 tokens. Please reduce the length of the messages.",
      { limit: 272000, input: 300000 },
    ],
    [
      "OpenAI, a minute's limit that is less than the request",
      "Request too large for gpt-4o in organization org-1 on tokens per min (TPM): Limit 30000, Requested 42000. The input or output tokens must be reduced in order to run successfully.",
      { limit: 30000, input: 42000 },
    ],
    [
      "Google, Vertex",
      "Unable to submit request because the input token count is 40000 but model only supports up to 32768. Reduce the input token count and try again.",
      { limit: 32768, input: 40000 },
    ],
    [
      "Google, output",
      "Unable to submit request because it has a maxOutputTokens value of 65536 but the supported range is from 1 (inclusive) to 8193 (exclusive). Update the value and try again.",
      { output: 8192 },
    ],
    [
      "Mistral",
      "Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length",
      { limit: 32768, input: 40000 },
    ],
    ["DeepSeek, output", "Invalid max_tokens value, the valid range of max_tokens is [1, 8192]", { output: 8192 }],
    [
      "Groq, output",
      "`max_tokens` must be less than or equal to `8192`, the maximum value for `max_tokens` is less than the `context_window` for this model",
      { output: 8192 },
    ],
    [
      "OpenRouter",
      "This endpoint's maximum context length is 131072 tokens. However, you requested about 140000 tokens (139000 of text input, 1000 in the output).",
      { limit: 131072, input: 139000 },
    ],
    [
      "Moonshot",
      "Invalid request: Your request exceeded model token limit: 131072 (requested: 140000)",
      { limit: 131072, input: 140000 },
    ],
    [
      "xAI",
      "This model's maximum prompt length is 131072 but the request contains 150000 tokens.",
      { limit: 131072, input: 150000 },
    ],
    ["Fireworks", "The prompt is too long: 40000, model maximum context length: 32767", { limit: 32767, input: 40000 }],
    [
      "Bedrock",
      "Too many input tokens. Max input tokens: 200000, request input token count: 210000",
      { limit: 200000, input: 210000 },
    ],
    ["Bedrock, short", "Input is too long for requested model.", {}],
    ["GitHub", "Request body too large for gpt-4o model. Max size: 8000 tokens.", { limit: 8000 }],
    ["Copilot", "prompt token count of 70000 exceeds the limit of 64000", { limit: 64000, input: 70000 }],
    [
      "Cerebras",
      "Please reduce the length of the messages or completion. Current length is 9000 while limit is 8192",
      { limit: 8192, input: 9000 },
    ],
    [
      "SambaNova",
      "The provided prompt is 5000 tokens long, so generating 1 tokens requires a sequence length of 5001, but the maximum supported sequence length is just 4096!",
      { limit: 4096, input: 5000 },
    ],
    ["TensorRT-LLM", "Prompt length (9000) exceeds maximum input length (8192).", { limit: 8192, input: 9000 }],
    [
      "TensorRT-LLM, the sum",
      "The sum of prompt length (9000.0), query length (0) should not exceed max_num_tokens (8192)",
      { limit: 8192, input: 9000 },
    ],
    [
      "MLC",
      "Request prompt has 5000 tokens in total, larger than the model input length limit 4096.",
      { limit: 4096, input: 5000 },
    ],
    ["TabbyAPI", "Context length 5000 is greater than max_seq_len 4096", { limit: 4096, input: 5000 }],
    ["Volcengine", "Input length 40000 exceeds the maximum length 32768", { limit: 32768, input: 40000 }],
    ["Cohere", "too many tokens: size limit exceeded by 11326 tokens. Try using shorter or fewer inputs", {}],
    ["MiniMax, whose number is a code", "invalid params, context window exceeds limit (2013)", {}],
    ["Zhipu", "Prompt 超长", {}],
    ["LiteLLM", "litellm.ContextWindowExceededError: ContextWindowExceededError: OpenAIException", {}],
  ])("%s", (_, message, expected) => {
    expect(readOverflow(message)).toEqual(expected);
  });

  it("other complaints are none about length, and any text is read without throwing", () => {
    expect(readOverflow("Invalid value for 'tools'")).toBeUndefined();
    expect(readOverflow("The model does not exist")).toBeUndefined();
    expect(readOverflow("tools: 200 exceeds the maximum of 128")).toBeUndefined();
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => void readOverflow(text)));
  });
});

describe("what endpoints say about pictures and bytes", () => {
  it.each([
    ["At most 1 image(s) may be provided in one prompt.", 1],
    ["Number of images exceeds the maximum of 10", 10],
    ["You set too many images: 20 > 16", 16],
    ["This model supports up to 4 images per request", 4],
    ["Only 1 image is supported", 1],
    ["The maximum number of 8 images", 8],
  ])("%s", (message, most) => expect(readImageLimit(message)).toBe(most));

  it.each([
    ["image exceeds 5 MB maximum: 6291456 bytes > 5242880 bytes", true],
    ["Request payload size exceeds the limit: 20971520 bytes.", true],
    ["request_too_large", true],
    ["At least one of the image dimensions exceed max allowed size for many-image requests: 2000 pixels", true],
    ["Request too large for gpt-4o on tokens per min (TPM): Limit 30000, Requested 42000.", false],
  ])("%s", (message, big) => expect(tooManyBytes(message)).toBe(big));
});
