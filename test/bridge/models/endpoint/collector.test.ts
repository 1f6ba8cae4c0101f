import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CallAssembler } from "../../../../bridge/models/endpoint/call-assembler.ts";
import { Collector } from "../../../../bridge/models/endpoint/collector.ts";

const json = JSON.stringify;
type Piece = Parameters<CallAssembler["take"]>[0];
interface Call {
  name: string;
  args: Record<string, string>;
}
/** One server's way to stream calls: the pieces of each chunk. */
type Way = [server: string, stream: (calls: readonly Call[], cut: number) => Piece[][]];

const halves = (text: string, cut: number): [string, string] => {
  const at = 1 + (cut % Math.max(1, text.length - 1));
  return [text.slice(0, at), text.slice(at)];
};
const piece = (index: number | null, id: string | null, name: string | null, said: string | object): Piece => ({
  ...(index === null ? {} : { index }),
  ...(id === null ? {} : { id }),
  function: { name, arguments: said as string },
});

const ways: Way[] = [
  [
    "OpenAI",
    (calls, cut) =>
      calls.flatMap(({ name, args }, i) => {
        const [a, b] = halves(json(args), cut);
        return [[piece(i, `id${i}`, name, "")], [piece(i, null, null, a)], [piece(i, null, null, b)]];
      }),
  ],
  ["whole, one index for all", (calls) => calls.map(({ name, args }, i) => [piece(0, `id${i}`, name, json(args))])],
  ["whole, in one chunk", (calls) => [calls.map(({ name, args }, i) => piece(0, `id${i}`, name, json(args)))]],
  ["whole, no index", (calls) => calls.map(({ name, args }, i) => [piece(null, `id${i}`, name, json(args))])],
  ["objects", (calls) => calls.map(({ name, args }, i) => [piece(i, `id${i}`, name, args)])],
  [
    "pieces, one index, ids once",
    (calls, cut) =>
      calls.flatMap(({ name, args }, i) => {
        const [a, b] = halves(json(args), cut);
        return [[piece(0, `id${i}`, name, a)], [piece(0, null, null, b)]];
      }),
  ],
  [
    "pieces, neither index nor later ids",
    (calls, cut) =>
      calls.flatMap(({ name, args }, i) => {
        const [a, b] = halves(json(args), cut);
        return [[piece(null, `id${i}`, name, a)], [piece(null, null, null, b)]];
      }),
  ],
  [
    "the whole once more at the end",
    (calls, cut) =>
      calls.flatMap(({ name, args }, i) => {
        const [a, b] = halves(json(args), cut);
        return [[piece(i, `id${i}`, name, a)], [piece(i, null, null, b)], [piece(i, `id${i}`, name, json(args))]];
      }),
  ],
];

const args = fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), fc.string(), { minKeys: 1, maxKeys: 4 });
const calls = fc
  .array(fc.record({ name: fc.constantFrom("execute_code", "end_process", "make_plan"), args }), {
    minLength: 1,
    maxLength: 3,
  })
  .map((all) => all.map(({ name, args }) => ({ name, args: { ...args } })));

describe("streamed calls", () => {
  it.each(ways)("come out as they were sent: %s", (_server, stream) => {
    fc.assert(
      fc.property(calls, fc.nat(), (sent, cut) => {
        const assembler = new CallAssembler();
        for (const chunk of stream(sent, cut)) for (const [i, each] of chunk.entries()) assembler.take(each, i);
        expect(assembler.calls().map(({ name, arguments: said }) => ({ name, args: JSON.parse(said) }))).toEqual(sent);
        expect(assembler.whole()).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

const program = { thought: "t", code: "import bpy\n" };
const reply = (choice: Record<string, unknown>) => {
  const collector = new Collector();
  collector.take({ choices: [choice] });
  return collector.reply;
};

describe("a message in another's shape", () => {
  const named = { name: "execute_code", arguments: json(program) };
  it.each<[string, Record<string, unknown>]>([
    ["calls without a function around them", { tool_calls: [{ id: "a", ...named }] }],
    ["one call that is no list", { tool_calls: { id: "a", function: named } }],
    ["arguments called parameters", { tool_calls: [{ function: { name: "execute_code", parameters: program } }] }],
    ["arguments called input", { tool_calls: [{ name: "execute_code", input: program }] }],
    [
      "a tool_use part of the content",
      { content: [{ type: "tool_use", id: "a", name: "execute_code", input: program }] },
    ],
  ])("%s", (_title, message) => {
    const [call] = reply({ message, finish_reason: "stop" }).toolCalls;
    expect(call?.name).toBe("execute_code");
    expect(JSON.parse(call!.arguments)).toEqual(program);
  });

  it.each<[string, Record<string, unknown>]>([
    ["parts that are plain texts", { message: { content: ["on", "e"] } }],
    ["parts whose text is an object", { message: { content: [{ type: "text", text: { value: "one" } }] } }],
    ["an empty delta beside the message", { delta: {}, message: { content: "one" } }],
    ["the text of a completion", { text: "one" }],
  ])("%s", (_title, choice) => expect(reply(choice).content).toBe("one"));
});

describe("an end of an answer", () => {
  const finish = (finish_reason: string) => reply({ delta: { content: "x" }, finish_reason }).finish;
  it.each([
    "SAFETY",
    "PROHIBITED_CONTENT",
    "RECITATION",
    "sensitive",
    "ERROR_TOXIC",
    "guardrail_intervened",
    "refusal",
  ])("%s is a filter's", (said) => expect(finish(said)).toBe("content_filter"));
  it.each(["MAX_TOKENS", "model_context_window_exceeded", "max_output_tokens"])("%s is one of length", (said) =>
    expect(finish(said)).toBe("length"),
  );
  it.each(["COMPLETE", "stop_sequence", "TOOL_CALL", "STOP"])("%s is one", (said) =>
    expect(finish(said)).toMatch(/stop|tool_calls/),
  );

  it.each(["error", "network_error", "timeout", "insufficient_system_resource", "internal_server_error"])(
    "%s is none, unless the calls are whole",
    (finish_reason) => {
      const open = new Collector();
      open.take({ choices: [{ delta: { content: "I will" }, finish_reason }] });
      expect(() => open.checkEnd(true)).toThrow(`the endpoint ended the answer with "${finish_reason}"`);
      const whole = new Collector();
      const tool_calls = [{ index: 0, id: "a", function: { name: "execute_code", arguments: json(program) } }];
      whole.take({ choices: [{ delta: { tool_calls }, finish_reason }] });
      expect(() => whole.checkEnd(true)).not.toThrow();
    },
  );

  it.each<[string, unknown]>([
    ["beside its choices", { choices: [{ delta: { content: "" } }], error: { message: "out of memory", code: 502 } }],
    ["in its choice", { choices: [{ finish_reason: "error", error: { message: "out of memory", code: 502 } }] }],
    ["without choices", { detail: "out of memory" }],
  ])("an error %s is told in its words", (_where, chunk) => {
    expect(() => new Collector().take(chunk)).toThrow("out of memory");
  });
});
