import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createModel } from "../../../bridge/models/client.ts";
import type { ChatReply } from "../../../bridge/models/contract.ts";
import { type Answer, call, hermes, text } from "../../servers/answers.ts";
import { type ScriptedServer, scriptedServer } from "../../servers/openai.ts";
import { quickDeps, request, testProfile } from "./setup.ts";

let server: ScriptedServer;
beforeAll(async () => {
  server = await scriptedServer({ m: {} });
});
afterAll(() => server.close());
beforeEach(() => server.requests.splice(0));

const program = {
  thought: "a cube, brighter",
  code: "import bpy\n# \"quotes\", 'more' and {brackets}\nbpy.ops.mesh.primitive_cube_add(size=2)\n",
};
const json = JSON.stringify;
const codes = (reply: ChatReply): string[] => reply.problems.map((problem) => problem.code);

function handle(over: Record<string, unknown> = {}) {
  const quick = quickDeps();
  return { ...quick, model: createModel(testProfile(server.url, "m", { retries: 2, ...over }), quick.deps) };
}

/** What a model makes of the first answer; a second request would find the script over. */
async function read(answer: Answer, over: Record<string, unknown> = {}): Promise<ChatReply> {
  server.script("m", answer);
  const reply = await handle(over).model.chat(request());
  expect(server.requests).toHaveLength(1);
  return reply;
}

const delta = (part: unknown, finish: string | null = null) => ({
  choices: [{ index: 0, delta: part, finish_reason: finish }],
});
const usage = { choices: [], usage: { prompt_tokens: 30, completion_tokens: 9 } };
const piece = (index: number | undefined, id: string | undefined, name: string | undefined, args: unknown) => ({
  ...(index === undefined ? {} : { index }),
  ...(id === undefined ? {} : { id }),
  function: { ...(name === undefined ? {} : { name }), arguments: args },
});
const stream = (calls: unknown[][], finish: string | null = "tool_calls", last: unknown = usage): Answer => ({
  kind: "chunks",
  chunks: [...calls.map((tool_calls) => delta({ tool_calls })), delta({}, finish), last],
});
const halves = (said: string): [string, string] => [said.slice(0, 30), said.slice(30)];
const end = json({ reason: "done" });
const [first, second] = halves(json(program));

describe("streamed calls are put together by index, id, name and completeness", () => {
  const cases: [string, Answer, string[]][] = [
    [
      "two calls with one index, a chunk each (Gemini)",
      stream([[piece(0, "a", "execute_code", json(program))], [piece(0, "b", "end_process", end)]]),
      ["execute_code", "end_process"],
    ],
    [
      "two calls with one index in one chunk",
      stream([[piece(0, "a", "execute_code", json(program)), piece(0, "b", "end_process", end)]]),
      ["execute_code", "end_process"],
    ],
    [
      "two calls without index",
      stream([[piece(undefined, "a", "execute_code", json(program))], [piece(undefined, "b", "end_process", end)]]),
      ["execute_code", "end_process"],
    ],
    [
      "two whole calls with neither id nor sound index",
      stream([[piece(0, undefined, "execute_code", json(program))], [piece(0, undefined, "end_process", end)]]),
      ["execute_code", "end_process"],
    ],
    [
      "a call in pieces that have neither index nor id",
      stream([
        [piece(undefined, "a", "execute_code", "")],
        [piece(undefined, undefined, undefined, first)],
        [piece(undefined, undefined, undefined, second)],
      ]),
      ["execute_code"],
    ],
    [
      "a new id with every piece",
      stream([
        [piece(0, "a", "execute_code", "")],
        [piece(0, "b", undefined, first)],
        [piece(0, "c", undefined, second)],
      ]),
      ["execute_code"],
    ],
    [
      "the whole arguments once more at the end",
      stream([
        [piece(0, "a", "execute_code", first)],
        [piece(0, undefined, undefined, second)],
        [piece(0, "a", "execute_code", json(program))],
      ]),
      ["execute_code"],
    ],
    [
      "an empty object before the arguments",
      stream([
        [piece(0, "a", "execute_code", "{}")],
        [piece(0, undefined, undefined, first)],
        [piece(0, undefined, undefined, second)],
      ]),
      ["execute_code"],
    ],
    [
      "a name in pieces",
      stream([
        [piece(0, "a", "execute", "")],
        [piece(0, undefined, "_code", "")],
        [piece(0, undefined, undefined, json(program))],
      ]),
      ["execute_code"],
    ],
    [
      "an index that starts at one, arguments as an object",
      stream([[piece(1, "a", "execute_code", program)]]),
      ["execute_code"],
    ],
    [
      "the form before tools (function_call)",
      {
        kind: "chunks",
        chunks: [
          delta({ function_call: { name: "execute_code", arguments: first } }),
          delta({ function_call: { arguments: second } }),
          delta({}, "function_call"),
          usage,
        ],
      },
      ["execute_code"],
    ],
    [
      "marks of Harmony in the name",
      stream([[piece(0, "a", "execute_code<|channel|>commentary", json(program))]]),
      ["execute_code"],
    ],
  ];
  it.each(cases)("%s", async (_title, answer, names) => {
    const reply = await read(answer);
    expect(reply.calls.map(({ name }) => name)).toEqual(names);
    expect(reply.calls[0]!.arguments).toEqual(program);
    if (names.length > 1) expect(reply.calls[1]!.arguments).toEqual({ reason: "done" });
    expect(reply.problems.filter((problem) => !problem.repaired)).toEqual([]);
  });
});

describe("an end that is named oddly, or not at all, is an end where the answer is whole", () => {
  const whole = [[piece(0, "a", "execute_code", json(program))]];
  it.each(["eos_token", "stop_sequence", "abort", "", null])("finish_reason %j", async (finish) => {
    const reply = await read(stream(whole, finish));
    expect(reply.calls[0]).toMatchObject({ name: "execute_code", arguments: program });
    expect(reply.finish).not.toBe("length");
    expect(reply.usage).toMatchObject({ calls: 1, input_tokens: 30 });
  });

  it("without usage too, where the calls are whole", async () => {
    const reply = await read({ kind: "chunks", chunks: [delta({ tool_calls: whole[0] })], done: false });
    expect(reply.calls[0]!.arguments).toEqual(program);
  });

  it('"error" is none: the request is made again', async () => {
    server.script(
      "m",
      { kind: "chunks", chunks: [delta({ content: "I will" }), delta({}, "error")] },
      call("end_process", { reason: "x" }),
    );
    const reply = await handle().model.chat(request());
    expect(reply.calls[0]?.name).toBe("end_process");
    expect(reply.usage.calls).toBe(2);
  });

  it("that names a failure is told as it was named", async () => {
    const odd: Answer = {
      kind: "chunks",
      chunks: [delta({ content: "" }), delta({}, "MALFORMED_FUNCTION_CALL"), usage],
    };
    server.script("m", odd, odd);
    const reply = await handle().model.chat(request());
    expect(reply.problems.at(-1)?.message).toBe("Your reply was empty. The endpoint says: MALFORMED_FUNCTION_CALL.");
    // Native calls are what the endpoint cannot read, so they are asked for in the text.
    server.script("m", odd, hermes("end_process", { reason: "x" }));
    const inText = await handle().model.chat(request());
    expect(inText).toMatchObject({ style: "inline", calls: [{ name: "end_process" }] });
    const filtered: Answer = { kind: "chunks", chunks: [delta({ content: "" }), delta({}, "content_filter"), usage] };
    server.script("m", filtered);
    const stopped = await handle().model.chat(request());
    expect(stopped.problems.at(-1)?.message).toContain(
      "content filter stopped the reply (finish_reason content_filter)",
    );
  });
});

describe("calls written as text", () => {
  const { thought, code } = program;
  const dict = json({ name: "execute_code", arguments: program });
  const forms: [string, string][] = [
    [
      "GLM",
      `<tool_call>execute_code\n<arg_key>thought</arg_key>\n<arg_value>${thought}</arg_value>\n<arg_key>code</arg_key>\n<arg_value>\n${code}\n</arg_value>\n</tool_call>`,
    ],
    ["Llama's list of Python calls", `[execute_code(thought="${thought}", code=${json(code)})]`],
    ["Llama's python tag", `<|python_tag|>execute_code.call(thought="${thought}", code=${json(code)})<|eom_id|>`],
    ["Gemma 3's tool_code", `\`\`\`tool_code\nexecute_code(thought='${thought}', code='''${code}''')\n\`\`\``],
    ["Gemma 4", `<|tool_call>call:execute_code{thought:<|"|>${thought}<|"|>,code:<|"|>${code}<|"|>}<tool_call|>`],
    [
      "DeepSeek's DSML",
      `<｜DSML｜function_calls>\n<｜DSML｜invoke name="execute_code">\n<｜DSML｜parameter name="thought" string="true">${thought}</｜DSML｜parameter>\n<｜DSML｜parameter name="code" string="true">\n${code}\n</｜DSML｜parameter>\n</｜DSML｜invoke>\n</｜DSML｜function_calls>`,
    ],
    [
      "Kimi's sections",
      `<|tool_calls_section_begin|><|tool_call_begin|>functions.execute_code:0<|tool_call_argument_begin|>${json(program)}<|tool_call_end|><|tool_calls_section_end|>`,
    ],
    [
      "Harmony",
      `<|channel|>analysis<|message|>think<|end|><|start|>assistant<|channel|>commentary to=functions.execute_code <|constrain|>json<|message|>${json(program)}<|call|>`,
    ],
    ["Mistral", `[TOOL_CALLS][${dict}]`],
  ];
  it.each(forms)("%s", async (_maker, said) => {
    const reply = await read(text(said), { tools: "inline" });
    expect(reply.calls).toEqual([{ id: expect.any(String), name: "execute_code", arguments: program }]);
  });

  it("with line breaks written out between their values", async () => {
    const args = `{"thought": ${json(thought)}, \\n "code": ${json(code)}\\n}`;
    const reply = await read(stream([[piece(0, "a", "execute_code", args)]]));
    expect(reply.calls[0]!.arguments).toEqual(program);
    expect(codes(reply)).toEqual(["json_repaired"]);
  });

  const xml = `<tool_call>\n<function=execute_code>\n<parameter=thought>\n${thought}\n</parameter>\n<parameter=code>\n${code}\n</parameter>\n</function>\n</tool_call>`;
  it.each<[string, Answer]>([
    ["in a think block", text(`<think>\nLet me do it.\n${xml}\n</think>\n`)],
    [
      "in the endpoint's own reasoning",
      { kind: "text", text: "", reasoning: `now I call\n<tool_call>\n${dict}\n</tool_call>` },
    ],
  ])("%s are read, and said to have stood there", async (_where, answer) => {
    const reply = await read(answer);
    expect(reply.calls[0]).toMatchObject({ name: "execute_code", arguments: program });
    expect(codes(reply)).toContain("call_in_thinking");
  });

  it("in reasoning are not read where the reply holds a call of its own, nor without their end", async () => {
    const other = `<tool_call>\n${json({ name: "end_process", arguments: { reason: "done" } })}\n</tool_call>`;
    expect((await read(text(`<think>\n${xml}\n</think>\n${other}`))).calls.map(({ name }) => name)).toEqual([
      "end_process",
    ]);
    server.requests.splice(0);
    const open = xml.slice(0, xml.indexOf("cube_add"));
    expect((await read({ kind: "text", text: "hm", reasoning: open })).calls).toEqual([]);
  });
});

describe("one bad field", () => {
  const looks = (args: unknown): Answer => stream([[piece(0, "a", "set_camera", json(args))]]);
  it("that is optional is left out, and the rest counts", async () => {
    const reply = await read(looks({ location: [1, 2, 3], frame: "NaN", sharp: "perhaps" }));
    expect(reply.calls[0]!.arguments).toEqual({ location: [1, 2, 3] });
    expect(reply.problems.at(-1)?.message).toMatch(/not needed: frame, sharp/);
  });

  it("that is needed still sinks the call", async () => {
    const reply = await read(looks({ location: "there", frame: 1 }));
    expect(reply.calls).toEqual([]);
    expect(codes(reply)).toContain("arguments_wrong");
  });
});

describe("a good status with something else behind it", () => {
  const raw = (value: unknown, media = "application/json"): Answer => ({
    kind: "raw",
    media,
    body: typeof value === "string" ? value : json(value),
  });
  const whole = {
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          content: `<tool_call>${json({ name: "end_process", arguments: { reason: "x" } })}</tool_call>`,
        },
        finish_reason: "stop",
      },
    ],
  };

  it.each<[string, Answer, RegExp, number]>([
    [
      "an error that may pass",
      raw({ error: { message: "model is loading, weights 40 %", code: 503 } }),
      /model is loading, weights 40 %.*tried 3 times/,
      3,
    ],
    [
      "a text as the error",
      raw({ error: 'model "x" not found, try pulling it first' }),
      /not found: model "x" .*try pulling it/,
      1,
    ],
    [
      "no credits",
      raw({ error: { message: "Insufficient credits on this account", code: 402 } }),
      /no credit left \(402\): Insufficient credits/,
      1,
    ],
    [
      "a stream with a refusal in it",
      { kind: "chunks", chunks: [{ error: { message: "picture too odd", code: 400 } }] },
      /refused the request \(400\): picture too odd/,
      1,
    ],
    ["no choice at all, ever", raw({ id: "x", choices: null }), /answered 4 times without any choice/, 4],
  ])("%s ends in the endpoint's own words", async (_title, answer, words, requests) => {
    server.script("m", ...Array.from({ length: 6 }, () => answer));
    const failed = await handle()
      .model.chat(request())
      .catch((error: unknown) => error);
    expect((failed as Error).message).toMatch(words);
    expect(server.requests).toHaveLength(requests);
    // The rest of the script is not for the next test.
    for (let left = 6 - requests; left > 0; left--)
      await handle({ retries: 0 })
        .model.chat(request())
        .catch(() => undefined);
  });

  it("a whole answer as text/plain, and one in lines of JSON, are read", async () => {
    expect((await read(raw(whole, "text/plain"))).calls[0]?.name).toBe("end_process");
    server.requests.splice(0);
    const lines = `${json(delta({ tool_calls: [piece(0, "a", "end_process", end)] }))}\n${json(delta({}, "tool_calls"))}\n`;
    expect((await read(raw(lines, "application/x-ndjson"))).calls[0]?.name).toBe("end_process");
  });
});
