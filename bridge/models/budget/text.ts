import type { CallRecord, ChatMessage, Part, ToolSpec } from "../contract.ts";

/**
 * Token estimate without a tokenizer: characters per token by kind of character, on the high side. Measured against
 * cl100k and o200k, counted with one token per digit as Qwen's: 1.0 to 1.4 times the true count for English, Python,
 * JSON, Markdown, lists of numbers, Chinese, Russian, Arabic and Hindi. A handle corrects it by what servers count.
 */
const kinds: readonly [pattern: RegExp, tokensPerCharacter: number][] = [
  [/[A-Za-z]/gu, 1 / 3.6],
  [/\p{Nd}/gu, 1],
  [/[!-/:-@[-`{-~]/gu, 0.7],
  // Han, kana and hangul: about one token each, a little more in older vocabularies.
  [/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu, 1.25],
];
/** Letters of other scripts, and everything else (emoji are up to four). */
const otherLetter = 0.85;
const other = 2.5;
/** Signs within numbers share no token with anything: what they cost beyond other punctuation. */
const inNumber = 0.45;
/** A run of blanks is one token or part of the next; a line break is one. */
const perLine = 1;
const perBlankRun = 0.15;

/** Tokens of one message beside its text (role, separators), and of one tool beside its JSON. */
const perMessage = 8;
const perTool = 12;

/** Estimated tokens of a text; at least 0, linear in its length. */
export function textTokens(text: string): number {
  let tokens = 0;
  let counted = 0;
  for (const [pattern, each] of kinds) {
    const found = text.match(pattern)?.length ?? 0;
    tokens += found * each;
    counted += found;
  }
  const lines = text.match(/\r?\n/g)?.length ?? 0;
  const blanks = text.match(/[^\S\n]/g)?.length ?? 0;
  const runs = text.match(/[^\S\n]+/g)?.length ?? 0;
  const signs = text.match(/[.,:](?=\d)|-(?=\d)|(?<=\d),/g)?.length ?? 0;
  tokens += lines * perLine + runs * perBlankRun + signs * inNumber;
  const letters =
    text.match(/(?![A-Za-z\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}])\p{L}/gu)?.length ?? 0;
  tokens += letters * otherLetter;
  const rest = Math.max(0, [...text].length - counted - blanks - (text.match(/\n/g)?.length ?? 0) - letters);
  return Math.ceil(tokens + rest * other);
}

/** Estimated tokens of a message's text and calls, its pictures not counted. `known` keeps what was counted before. */
export function messageTokens(message: ChatMessage, known: Map<Part | CallRecord, number> = new Map()): number {
  const once = (of: Part | CallRecord, text: () => string): number => {
    const tokens = known.get(of) ?? textTokens(text());
    known.set(of, tokens);
    return tokens;
  };
  let tokens = perMessage;
  for (const part of message.parts) tokens += once(part, () => (part.type === "text" ? part.text : part.label));
  for (const call of message.toolCalls ?? []) {
    tokens += perTool + once(call, () => `${call.name}${JSON.stringify(call.arguments)}`);
  }
  return tokens;
}

/** Estimated tokens of the tools as a request carries them. */
export function toolTokens(tools: readonly ToolSpec[]): number {
  if (tools.length === 0) return 0;
  // Templates surround the list with instructions of their own.
  let tokens = 160;
  for (const tool of tools) {
    tokens +=
      perTool + textTokens(tool.name) + textTokens(tool.description) + textTokens(JSON.stringify(tool.parameters));
  }
  return tokens;
}
