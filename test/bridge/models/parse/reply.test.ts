import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { toolSpec } from "../../../../bridge/models/contract.ts";
import { findCalls } from "../../../../bridge/models/parse/blocks.ts";
import { readReply } from "../../../../bridge/models/parse/reply.ts";
import type { WireReply } from "../../../../bridge/models/parse/wire-reply.ts";
import { endProcess, executeCode, tools } from "../setup.ts";

const makePlan = {
  ...toolSpec("make_plan", "Plans.", z.object({ overall_description: z.string(), detailed_plan: z.string() })),
  aliases: ["initialize_plan"],
};
const assets = {
  ...toolSpec(
    "get_better_assets",
    "Gets.",
    z.object({ thought: z.string(), object_name: z.string(), rig_and_animate: z.boolean() }),
  ),
  aliases: ["get_better_object"],
};

const reply = (content: string, over: Partial<WireReply> = {}): WireReply => ({
  content,
  reasoning: "",
  toolCalls: [],
  refusal: null,
  finish: "stop",
  ...over,
});
const read = (content: string, over: Partial<WireReply> = {}, offered = tools) =>
  readReply(reply(content, over), offered, {
    native: false,
    requireCall: true,
    callId: (index, given) => given || `c${index}`,
  });
const one = (content: string, over: Partial<WireReply> = {}, offered = tools) => {
  const { calls, problems } = read(content, over, offered);
  return {
    name: calls[0]?.name,
    args: calls[0]?.arguments,
    count: calls.length,
    codes: problems.map(({ code }) => code),
  };
};

const code = 'import bpy\nprint("a \\"quoted\\" text")\nd = {"a": [1, 2]}\n';
const program = { thought: "t", code };
const json = JSON.stringify({ name: "execute_code", arguments: program });

describe("forms a call may have", () => {
  const forms: [string, string][] = [
    ["hermes tags", `I will run it.\n<tool_call>\n${json}\n</tool_call>`],
    ["hermes tags without the closing one", `<tool_call>${json}`],
    ["a fence marked json", `Here:\n\`\`\`json\n${json}\n\`\`\`\nDone.`],
    ["a fence without a mark", `\`\`\`\n${json}\n\`\`\``],
    ["bare JSON", json],
    ["bare JSON in a sentence", `The call is ${json} as asked.`],
    [
      "the API's own form in text",
      JSON.stringify({
        tool_calls: [{ type: "function", function: { name: "execute_code", arguments: JSON.stringify(program) } }],
      }),
    ],
    ["tool and arguments", JSON.stringify({ tool: "execute_code", arguments: program })],
    ["action and action_input", JSON.stringify({ action: "execute_code", action_input: program })],
    ["tool_call around it", JSON.stringify({ thought: "x", tool_call: { name: "execute_code", arguments: program } })],
    ["the tool as the only key", JSON.stringify({ execute_code: program })],
    ["arguments beside the name", JSON.stringify({ name: "execute_code", ...program })],
    ["arguments as a JSON text", JSON.stringify({ name: "execute_code", arguments: JSON.stringify(program) })],
    [
      "the parameter tags of qwen3_xml",
      `<tool_call>\n<function=execute_code>\n<parameter=thought>\nt\n</parameter>\n<parameter=code>\n${code}\n</parameter>\n</function>\n</tool_call>`,
    ],
    [
      "invoke tags",
      `<invoke name="execute_code"><parameter name="thought">t</parameter><parameter name="code">${code}</parameter></invoke>`,
    ],
    ["a list of one", `[${json}]`],
  ];
  it.each(forms)("%s", (_, text) => {
    const got = one(text);
    expect(got).toMatchObject({ name: "execute_code", count: 1 });
    expect(got.args).toEqual(program);
  });

  it("arguments without a name, when they fit one tool only", () => {
    expect(one(JSON.stringify(program))).toMatchObject({ name: "execute_code", codes: ["tool_inferred"] });
    expect(one(JSON.stringify({ reason: "done" }))).toMatchObject({ name: "end_process" });
    expect(one(JSON.stringify({ unrelated: 1 })).codes).toEqual(["no_call"]);
  });

  it("several calls in one reply, in order, with the text around them", () => {
    const end = JSON.stringify({ name: "end_process", arguments: { reason: "r" } });
    for (const text of [
      `A <tool_call>${json}</tool_call> B <tool_call>${end}</tool_call> C`,
      `[${json}, ${end}]`,
      `${json}\n${end}`,
    ]) {
      const got = read(text);
      expect(got.calls.map(({ name, id }) => [name, id])).toEqual([
        ["execute_code", "c0"],
        ["end_process", "c1"],
      ]);
    }
    expect(read(`A <tool_call>${json}</tool_call> B`).text).toBe("A  B");
  });

  it("a program that holds tags, fences and brackets of its own", () => {
    const nasty = 'x = "</tool_call> ```json {" # }]\ny = """<tool_call>"""';
    for (const text of [
      `<tool_call>${JSON.stringify({ name: "execute_code", arguments: { thought: "t", code: nasty } })}</tool_call>`,
      `\`\`\`json\n${JSON.stringify({ name: "execute_code", arguments: { thought: "t", code: nasty } })}\n\`\`\``,
    ]) {
      expect(one(text).args).toEqual({ thought: "t", code: nasty });
    }
  });

  it("reasoning is taken out and kept apart, also unclosed and unopened", () => {
    const call = `<tool_call>${json}</tool_call>`;
    for (const text of [
      `<think>hm {"name": "end_process"}</think>${call}`,
      `hm {"name": "end_process"}</think>\n${call}`,
    ]) {
      const got = read(text);
      expect(got.calls.map(({ name }) => name)).toEqual(["execute_code"]);
      expect(got.thinking).toContain("hm");
    }
    expect(read("<think>I never stop", { finish: "length" }).problems.map((each) => each.code)).toEqual(["cut_off"]);
  });
});

describe("names", () => {
  const offered = [executeCode, endProcess, makePlan, assets];
  it.each([
    ["execute_and_evaluate", program, "execute_code"],
    ["Execute-Code", program, "execute_code"],
    ["functions.execute_code", program, "execute_code"],
    ["initialize_plan", { overall_description: "a", detailed_plan: "b" }, "make_plan"],
    ["end", { reason: "r" }, "end_process"],
    ["get_better_object", { thought: "t", object_name: "jug", rig_and_animate: "false" }, "get_better_assets"],
  ])("%s is taken as it was meant", (said, args, meant) => {
    const got = one(JSON.stringify({ name: said, arguments: args }), {}, offered);
    expect(got.name).toBe(meant);
    expect(got.codes).toContain("tool_renamed");
  });

  it("an unknown name is answered with the nearest and the list, and never guessed", () => {
    const got = read(JSON.stringify({ name: "execute_cod", arguments: program }));
    expect(got.calls).toEqual([]);
    expect(got.problems).toMatchObject([{ code: "tool_unknown", repaired: false }]);
    expect(got.problems[0]!.message).toMatch(
      /Did you mean execute_code\? The tools are: execute_code, end_process, set_camera/,
    );
  });

  it("an alias of a tool that is not offered is unknown", () => {
    expect(one(JSON.stringify({ name: "initialize_plan", arguments: {} })).codes).toEqual(["tool_unknown"]);
  });
});

describe("JSON that is not quite JSON", () => {
  it.each([
    [
      "real line breaks in a string",
      `{"name": "execute_code", "arguments": {"thought": "t", "code": "a = 1\nb = 2"}}`,
      "a = 1\nb = 2",
    ],
    ["single quotes", `{'name': 'execute_code', 'arguments': {'thought': 't', 'code': 'a = 1'}}`, "a = 1"],
    [
      "triple quotes",
      `{"name": "execute_code", "arguments": {"thought": "t", "code": """a = "x"\nb = 2"""}}`,
      'a = "x"\nb = 2',
    ],
    ["a trailing comma", `{"name": "execute_code", "arguments": {"thought": "t", "code": "a",},}`, "a"],
    ["Python's words", `{"name": "execute_code", "arguments": {"thought": "t", "code": "a", "code_diff": None}}`, "a"],
    [
      "a missing last bracket",
      `<tool_call>{"name": "execute_code", "arguments": {"thought": "t", "code": "a"}</tool_call>`,
      "a",
    ],
    ["a comment", `{"name": "execute_code", /* run it */ "arguments": {"thought": "t", "code": "a"}}`, "a"],
  ])("%s", (_, text, expected) => {
    const got = one(text);
    expect(got.args?.code).toBe(expected);
    expect(got.codes).toContain("json_repaired");
  });

  it("what cannot be repaired is told, not guessed", () => {
    const got = one(`{"name": "execute_code", "arguments": {"thought": "t", "code": "print("a" + "b", "c"]}`);
    expect(got.count).toBe(0);
    expect(got.codes).toEqual(["json_broken"]);
  });

  it("half a call is never a call, wherever the cut falls", () => {
    const whole = `<tool_call>\n${json}\n</tool_call>`;
    const xml = `<tool_call>\n<function=execute_code>\n<parameter=thought>\nt\n</parameter>\n<parameter=code>\n${code}\n</parameter>\n</function>\n</tool_call>`;
    for (const text of [whole, json, `\`\`\`json\n${json}\n\`\`\``, xml]) {
      for (let cut = 1; cut < text.length; cut++) {
        const got = one(text.slice(0, cut), { finish: "length" });
        if (got.count > 0) expect(got.args).toEqual(program);
        else expect(got.codes).toContain("cut_off");
      }
    }
    for (let cut = 1; cut < JSON.stringify(program).length; cut++) {
      const half = { id: "n", name: "execute_code", arguments: JSON.stringify(program).slice(0, cut) };
      expect(one("", { finish: "length", toolCalls: [half] }).count).toBe(0);
    }
  });
});

describe("arguments", () => {
  const camera = (args: unknown) => one(JSON.stringify({ name: "set_camera", arguments: args }));
  it("are converted where nothing is guessed", () => {
    expect(camera({ location: ["1", "2.5", "-3e0"], frame: "12", sharp: "True" })).toMatchObject({
      args: { location: [1, 2.5, -3], frame: 12, sharp: true },
      codes: ["arguments_coerced"],
    });
    expect(camera({ location: "[1, 2, 3]", frame: null }).args).toEqual({ location: [1, 2, 3] });
    const list = toolSpec("note", "Notes.", z.object({ lines: z.array(z.string()), kind: z.enum(["text", "image"]) }));
    const got = one(JSON.stringify({ name: "note", arguments: { lines: "only one", kind: "Text" } }), {}, [list]);
    expect(got.args).toEqual({ lines: ["only one"], kind: "text" });
  });

  it("a program in a fence or with its line breaks escaped twice is made plain", () => {
    const run = (said: string) =>
      one(JSON.stringify({ name: "execute_code", arguments: { thought: "t", code: said } })).args?.code;
    expect(run("```python\na = 1\nb = 2\n```")).toBe("a = 1\nb = 2");
    expect(run('a = "x"\\nb = 2\\nc = 3\\n')).toBe('a = "x"\nb = 2\nc = 3\n');
    expect(run('print("one\\n")\nprint("two\\n")\nprint("three\\n")')).toBe(
      'print("one\\n")\nprint("two\\n")\nprint("three\\n")',
    );
  });

  it("what stays wrong is told with the place", () => {
    const got = read(JSON.stringify({ name: "set_camera", arguments: { location: [1, 2], frame: "soon" } }));
    expect(got.calls).toEqual([]);
    expect(got.problems[0]!.message).toMatch(/location: .*frame: /);
  });

  it("__proto__ in a reply stays a plain key", () => {
    const open = toolSpec("open", "Open.", z.looseObject({ a: z.string() }));
    const got = one('{"name": "open", "arguments": {"a": 1, "__proto__": {"polluted": true}}}', {}, [open]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(got.name).toBe("open");
  });
});

describe("replies that say nothing", () => {
  it("are told apart: refusal, circles, nothing, no call", () => {
    expect(one("I'm sorry, but I can't help with that.").codes).toEqual(["refusal"]);
    expect(one("", { refusal: "No." }).codes).toEqual(["refusal"]);
    expect(one("Let me think about it.").codes).toEqual(["no_call"]);
    expect(one("").codes).toEqual(["empty_reply"]);
    expect(one(`{"code": "${"- a + b ".repeat(300)}`, { finish: "length" }).codes).toContain("repetition");
    expect(read("All done.", {}, []).problems).toEqual([]);
  });

  it("a text without a call is fine where none is needed; the json style has a form for it", () => {
    const free = (text: string) =>
      readReply(reply(text), tools, { native: false, requireCall: false, callId: () => "c" });
    expect(free("It looks good.")).toMatchObject({ text: "It looks good.", calls: [], problems: [] });
    expect(free('{"tool": "none", "arguments": {"text": "It looks good."}}')).toMatchObject({
      text: "It looks good.",
      problems: [],
    });
  });
});

describe("any bytes", () => {
  const bits = fc.constantFrom(
    "<tool_call>",
    "</tool_call>",
    "```json\n",
    "```",
    "{",
    "}",
    "[",
    "]",
    '"',
    "\\",
    ",",
    ":",
    "<think>",
    "</think>",
    "<function=execute_code>",
    "<parameter=code>",
    "</parameter>",
    "</function>",
    '"name"',
    '"arguments"',
    "execute_code",
    '"code"',
    "\n",
    "null",
    "1e999",
    "'''",
    "__proto__",
    "\u0000",
    "\ud800",
  );
  const noise = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(fc.oneof(bits, fc.string()), { maxLength: 60 }).map((all) => all.join("")),
  );

  it("never make a reader throw, and calls always pass their tool's check", () => {
    fc.assert(
      fc.property(
        noise,
        fc.array(fc.record({ id: fc.string(), name: fc.oneof(bits, fc.string()), arguments: noise }), { maxLength: 3 }),
        fc.constantFrom("stop", "length", "unknown"),
        (content, toolCalls, finish) => {
          const got = readReply(reply(content, { toolCalls, finish: finish as "stop" }), tools, {
            native: true,
            requireCall: true,
            callId: (i) => `c${i}`,
          });
          for (const call of got.calls) {
            const tool = tools.find(({ name }) => name === call.name)!;
            expect(tool.schema.safeParse(call.arguments).success).toBe(true);
          }
          expect(got.calls.length + got.problems.filter(({ repaired }) => !repaired).length).toBeGreaterThan(0);
          JSON.parse(JSON.stringify(got));
        },
      ),
      { numRuns: 600 },
    );
  });

  it("deep, long and unfinished input is read in reasonable steps", () => {
    for (const text of [
      "{".repeat(200_000),
      "[".repeat(50_000),
      '{"a":'.repeat(30_000),
      "<tool_call>".repeat(20_000),
      "<think>".repeat(20_000),
      `"${"\\".repeat(100_000)}`,
      "```json\n{".repeat(5000),
    ]) {
      expect(() => findCalls(text, [{ name: "execute_code" }])).not.toThrow();
      expect(read(text).calls).toEqual([]);
    }
  });

  it("a program that survives JSON survives every form", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.constantFrom("tag", "fence", "bare"), (said, form) => {
        // Forms that mean the same as plain text are made plain on purpose.
        fc.pre(!/^\s*```/.test(said) && (said.match(/\\n/g)?.length ?? 0) < 3);
        const text = JSON.stringify({ name: "execute_code", arguments: { thought: "t", code: said } });
        const wrapped = { tag: `<tool_call>${text}</tool_call>`, fence: `\`\`\`json\n${text}\n\`\`\``, bare: text }[
          form
        ]!;
        expect(one(wrapped).args).toEqual({ thought: "t", code: said });
      }),
      { numRuns: 300 },
    );
  });
});
