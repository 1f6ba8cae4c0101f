import { createHash } from "node:crypto";
import type { JobReply, JobRequest, PlayerIO } from "../../../actors/players/player.ts";
import type { ChatReply, ChatRequest, HandleState, Model, Problem, ToolCall } from "../../../bridge/models/contract.ts";
import { profile as profileSchema } from "../../../config/profile.ts";
import { photometric } from "../../../evaluators/photometric.ts";
import type { Context, Measures, Round, State, Task, Usage, View } from "../../../machines/domain/index.ts";
import { noUsage } from "../../../machines/domain/index.ts";

export const ref = (content: Buffer | string) => `sha256:${createHash("sha256").update(content).digest("hex")}`;

/** A PlayerIO over maps: artifacts in memory, once() with a record that can be handed to a second incarnation. */
export interface FakeIO extends PlayerIO {
  readonly notes: { type: string; data: Record<string, unknown> }[];
  readonly jobs: JobRequest[];
  readonly record: Map<string, unknown>;
  readonly blobs: Map<string, Buffer>;
  readonly usage: () => Usage;
  /** Stores content at once and gives its reference. */
  store(content: Buffer | string): string;
}

export function fakeIO(
  options: {
    task?: Task;
    views?: View[];
    job?: (request: JobRequest) => JobReply | Promise<JobReply>;
    record?: Map<string, unknown>;
    blobs?: Map<string, Buffer>;
    signal?: AbortSignal;
  } = {},
): FakeIO {
  const blobs = options.blobs ?? new Map<string, Buffer>();
  const record = options.record ?? new Map<string, unknown>();
  const notes: FakeIO["notes"] = [];
  const jobs: JobRequest[] = [];
  let usage: Usage = { ...noUsage };
  const store = (content: Buffer | string) => {
    blobs.set(ref(content), Buffer.from(content));
    return ref(content);
  };
  const bytes = async (of: string) => {
    const found = blobs.get(of);
    if (!found) throw new Error(`no artifact ${of}`);
    return found;
  };
  return {
    run: "test",
    task: options.task ?? aTask(),
    views: options.views ?? [{ name: "render1", camera: null }],
    preview: { px: 256 },
    measurement: photometric.measurement,
    seed: 0,
    signal: options.signal ?? new AbortController().signal,
    notes,
    jobs,
    record,
    blobs,
    store,
    usage: () => usage,
    bytes,
    text: async (of) => (await bytes(of)).toString("utf8"),
    put: async (content) => store(content),
    async job(request) {
      jobs.push(request);
      return (await options.job?.(request)) ?? { ok: true, result: {}, files: {} };
    },
    async once(key, call) {
      if (record.has(key)) return structuredClone(record.get(key)) as Awaited<ReturnType<typeof call>>;
      const value = await call();
      record.set(key, structuredClone(value));
      return value;
    },
    note: (type, data) => void notes.push({ type, data }),
    spent(more) {
      usage = {
        calls: usage.calls + more.calls,
        input_tokens: usage.input_tokens + more.input_tokens,
        output_tokens: usage.output_tokens + more.output_tokens,
        usd: usage.usd + more.usd,
      };
    },
  };
}

/** What a scripted model says: calls, a text, problems, or an error to throw. */
export interface Line {
  text?: string;
  calls?: { name: string; args?: Record<string, unknown> }[];
  problems?: Problem[];
  throws?: Error;
}
export type Script = Line[] | ((request: ChatRequest, n: number) => Line | Promise<Line>);

export interface FakeModel extends Model {
  readonly requests: ChatRequest[];
}

export const call = (name: string, args: Record<string, unknown> = {}): Line => ({ calls: [{ name, args }] });

/** A model that follows a script. Calls are checked against the offered tools' schemas, as the real client does. */
export function fakeModel(script: Script, style: HandleState["style"] = "native"): FakeModel {
  const requests: ChatRequest[] = [];
  let state: HandleState = {
    style,
    failures: 0,
    scale: 1,
    contextTokens: null,
    outputTokens: null,
    maxImages: null,
    refused: [],
  };
  const profile = {
    ...profileSchema.parse({
      base_url: "http://127.0.0.1:9/v1",
      model: "fake",
      context_tokens: 32768,
      max_tokens: 2000,
      image_max_px: 512,
      image_tokens: { kind: "fixed", tokens: 100 },
      prices: { input_per_mtok: 1, output_per_mtok: 1 },
    }),
    name: "fake",
  };
  return {
    name: "fake",
    profile,
    requests,
    get state() {
      return state;
    },
    restore(to) {
      state = { ...to };
    },
    async chat(request): Promise<ChatReply> {
      const n = requests.length;
      requests.push(request);
      const line = typeof script === "function" ? await script(request, n) : script[n];
      if (line === undefined) throw new Error(`the script has no line ${n}`);
      if (line.throws) throw line.throws;
      const problems: Problem[] = [...(line.problems ?? [])];
      const calls = (line.calls ?? []).flatMap((one, index): ToolCall[] => {
        const tool = request.tools.find((each) => each.name === one.name);
        const checked = tool?.schema.safeParse(one.args ?? {});
        if (checked?.success) return [{ id: `c${n}_${index}`, name: one.name, arguments: checked.data }];
        const message = tool
          ? `The arguments of ${one.name} are wrong: ${checked?.error?.issues[0]?.message}`
          : `no tool ${one.name}`;
        problems.push({ code: tool ? "arguments_wrong" : "tool_unknown", message, repaired: false, tool: one.name });
        return [];
      });
      if (calls.length === 0 && problems.every((problem) => problem.repaired) && request.requireCall) {
        problems.push({ code: "no_call", message: "Your reply holds no tool call.", repaired: false });
      }
      return {
        text: line.text ?? "",
        thinking: "",
        calls,
        problems,
        finish: "stop",
        usage: { calls: 1, input_tokens: 10, output_tokens: 5, usd: 0.01 },
        receipts: [],
        style: state.style,
        seconds: 0.1,
        estimated_tokens: 10,
        handle: { ...state },
      };
    },
  };
}

/** All text of a request, messages joined. */
export const spokenTo = (request: ChatRequest | undefined): string =>
  (request?.messages ?? [])
    .flatMap((message) => message.parts.map((part) => (part.type === "text" ? part.text : `[${part.label}]`)))
    .join("\n");

export function aTask(more: Partial<Task> = {}): Task {
  return { mode: "blendergym", name: "task", text: "", targets: [], start: null, base: null, prompt: "none", ...more };
}

export function aState(t: number, more: Partial<State> = {}): State {
  return {
    t,
    candidate: 0,
    ok: true,
    renders: [],
    log: "",
    slot: "cpu",
    epoch: 1,
    seconds: { execute: 0.1, render: 0.1, total: 0.2 },
    ...more,
  };
}

export const measuresOf = (pl: number, ssim = 0.9): Measures => ({
  loss: pl,
  noise: 0,
  metrics: { pl, ssim },
  views: [{ name: "render1", loss: pl, metrics: { pl, ssim } }],
});

export function aRound(t: number, more: Partial<Round> = {}): Round {
  return { t, program: null, state: aState(t), measures: null, feedback: null, ...more };
}

export function aContext(more: Partial<Context> = {}): Context {
  return {
    t: 1,
    task: aTask(),
    plan: null,
    analysis: null,
    rounds: [],
    best: null,
    from: null,
    note: null,
    candidates: 1,
    ...more,
  };
}
