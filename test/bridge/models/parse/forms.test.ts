import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { toolSpec } from "../../../../bridge/models/contract.ts";
import { readReply } from "../../../../bridge/models/parse/reply.ts";
import { tools } from "../setup.ts";

const look = toolSpec("get_scene_info", "Lists the scene.", z.object({}));
const json = JSON.stringify;

interface Args {
  thought: string;
  code: string;
}
type Form = [maker: string, write: (args: Args) => string];

function read(content: string) {
  const reply = { content, reasoning: "", toolCalls: [], refusal: null, finish: "stop" as const };
  return readReply(reply, [...tools, look], { native: true, requireCall: true, callId: (index) => `c${index}` });
}

const tag = (name: string, attributes: string, inner: string, mark = ""): string =>
  `<${mark}${name}${attributes}>${inner}</${mark}${name}>`;
/** `<invoke name=..><parameter name=..>` with a maker's mark before each tag. */
const invoke = ({ thought, code }: Args, mark = "", quote = '"', outer = "invoke", inner = "parameter"): string => {
  const named = (name: string) => ` name=${quote}${name}${quote}`;
  const parameters = tag(inner, named("thought"), thought, mark) + tag(inner, named("code"), `\n${code}\n`, mark);
  return tag(outer, named("execute_code"), parameters, mark);
};
const call = (args: Args) => ({ name: "execute_code", arguments: args });
const python = ({ thought, code }: Args): string => `thought=${json(thought)}, code=${json(code)}`;

/** Forms whose arguments are JSON or Python: any program survives them. */
const quoted: Form[] = [
  ["Phi-4", (args) => `<|tool_call|>[{"type":"function","function":${json(call(args))}}]<|/tool_call|>`],
  ["Phi-4-mini", (args) => `functools[${json(call(args))}]`],
  ["Granite", (args) => `<tool_call>[${json(call(args))}]`],
  ["InternLM", (a) => `<|action_start|><|plugin|>\n${json({ name: "execute_code", parameters: a })}<|action_end|>`],
  [
    "Command",
    (a) => `<|START_ACTION|>[${json({ tool_call_id: "0", tool_name: "execute_code", parameters: a })}]<|END_ACTION|>`,
  ],
  ["Jamba", (args) => tag("tool_calls", "", `[${json(call(args))}]`)],
  ["Llama 3.1", (args) => `<function=execute_code>${json(args)}</function>`],
  ["Functionary", (args) => `>>>execute_code\n${json(args)}`],
  ["Functionary, older", (a) => `<|from|>assistant\n<|recipient|>execute_code\n<|content|>${json(a)}<|stop|>`],
  ["OLMo", (args) => tag("function_calls", "", `\nexecute_code(${python(args)})\n`)],
  ["Hunyuan", (a) => tag("tool_calls", "", tag("tool_call", "", `execute_code\n\`\`\`json\n${json(a)}\n\`\`\``))],
  ["DeepSeek", (a) => `<｜tool▁call▁begin｜>execute_code<｜tool▁sep｜>${json(a)}<｜tool▁call▁end｜>`],
  ["Kimi", (a) => `<|tool_call_begin|>functions.execute_code:0<|tool_call_argument_begin|>${json(a)}<|tool_call_end|>`],
  ["Harmony", (a) => `<|channel|>commentary to=functions.execute_code <|constrain|>json<|message|>${json(a)}<|call|>`],
  ["Mistral", (args) => `[TOOL_CALLS]execute_code[ARGS]${json(args)}`],
  ["a name in the tag", (args) => tag("tool_call", "", `execute_code\n${json(args)}\n`)],
  ["a name as the tag's attribute", (args) => tag("tool_call", ' name="execute_code"', json(args))],
  ["ReAct", (args) => `Thought: it is dark\nAction: execute_code\nAction Input: ${json(args)}`],
  ["a call of JSON", (args) => `execute_code(${json(args)})`],
  ["Gemini in Python", (args) => `\`\`\`tool_code\nprint(default_api.execute_code(${python(args)}))\n\`\`\``],
  ["Python that keeps the result", (args) => `\`\`\`python\nresult = await execute_code(${python(args)})\n\`\`\``],
  ["parallel tool uses", (a) => json({ tool_uses: [{ recipient_name: "functions.execute_code", parameters: a }] })],
  ["camel case", (args) => json({ toolName: "execute_code", args })],
  ["function_args", (args) => json({ function_name: "execute_code", function_args: args })],
  ["tool_use", (args) => json({ type: "tool_use", id: "x", name: "execute_code", input: args })],
  ["arguments in arguments", (args) => json({ name: "execute_code", arguments: { arguments: args } })],
  ["invoke with JSON", (args) => tag("invoke", ' name="execute_code"', json(args))],
];

/** Forms that write a program between tags as it is. */
const tagged: Form[] = [
  ["MiniMax", (args) => tag("tool_call", "", invoke(args), "minimax:")],
  ["Step 3", (args) => `<｜tool_calls_begin｜>${invoke(args, "steptml:")}<｜tool_calls_end｜>`],
  ["Claude", (args) => tag("function_calls", "", invoke(args))],
  ["single quotes", (args) => invoke(args, "", "'")],
  ["function with a name", (args) => invoke(args, "", '"', "function")],
  ["tool and param", (args) => invoke(args, "", '"', "tool", "param")],
  [
    "Seed",
    ({ thought, code }) =>
      tag(
        "tool_call",
        "",
        `<function=execute_code>\n<parameter=thought>${thought}</parameter>\n<parameter=code>\n${code}\n</parameter>\n</function>`,
        "seed:",
      ),
  ],
  [
    "LongCat",
    ({ thought, code }) =>
      `<longcat_tool_call>execute_code\n<longcat_arg_key>thought</longcat_arg_key>\n<longcat_arg_value>${thought}</longcat_arg_value>\n<longcat_arg_key>code</longcat_arg_key>\n<longcat_arg_value>\n${code}\n</longcat_arg_value>\n</longcat_tool_call>`,
  ],
  [
    "tags of the tool's own names",
    ({ thought, code }) =>
      tag("execute_code", "", `\n${tag("thought", "", thought)}\n${tag("code", "", `\n${code}\n`)}\n`),
  ],
];

const sample: Args = {
  thought: "t",
  code: 'import bpy\n# "q" \'m\' {b} [x]\nprint("a\\n")\nfor i in range(3):\n    pass\n',
};

describe("forms of a call that models write as text", () => {
  it.each([...quoted, ...tagged])("%s", (_maker, write) => {
    const { calls } = read(write(sample));
    expect(calls).toMatchObject([{ name: "execute_code", arguments: sample }]);
  });

  it.each([
    ["DeepSeek", "<｜tool▁call▁begin｜>get_scene_info<｜tool▁sep｜>{}<｜tool▁call▁end｜>"],
    ["Kimi", "<|tool_call_begin|>functions.get_scene_info:0<|tool_call_argument_begin|>{}<|tool_call_end|>"],
    ["Harmony", "<|channel|>commentary to=functions.get_scene_info <|constrain|>json<|message|>{}<|call|>"],
    ["Mistral", "[TOOL_CALLS]get_scene_info[ARGS]{}"],
    ["the tool's own tag", "I look.\n<get_scene_info>\n</get_scene_info>"],
    ["the tool's own tag, closed", "I look.\n<get_scene_info/>"],
  ])("of a tool that takes nothing, by its name: %s", (_maker, text) => {
    expect(read(text).calls).toMatchObject([{ name: "get_scene_info", arguments: {} }]);
  });

  it.each(["[THINK]dark[/THINK]", "<seed:think>dark</seed:think>", "<thought>dark</thought>", "<think>dark</think>"])(
    "after reasoning in its own marks: %s",
    (thought) => {
      const { calls, thinking } = read(`${thought}\n${invoke(sample)}`);
      expect(calls).toHaveLength(1);
      expect(thinking).toBe("dark");
    },
  );

  const said = fc.string({ minLength: 1 }).filter((code) => !/^\s*```/.test(code) && !code.includes("\\n"));
  it("any program survives each that quotes it", () => {
    fc.assert(
      fc.property(fc.constantFrom(...quoted), said, ([, write], code) => {
        expect(read(write({ thought: "t", code })).calls[0]?.arguments).toEqual({ thought: "t", code });
      }),
      { numRuns: 400 },
    );
  });

  it("any program without tags survives each that does not", () => {
    fc.assert(
      fc.property(fc.constantFrom(...tagged), said, ([, write], code) => {
        fc.pre(!code.includes("<"));
        expect(read(write({ thought: "t", code })).calls[0]?.arguments).toEqual({ thought: "t", code });
      }),
      { numRuns: 300 },
    );
  });

  it("a program with tags of its own survives the tags of the tool's names", () => {
    const code = "<html><code>x</code>\n<reason>no</reason></html>";
    const text = tag("execute_code", "", tag("thought", "", "t") + tag("code", "", code));
    expect(read(text).calls).toMatchObject([{ arguments: { thought: "t", code } }]);
  });
});
