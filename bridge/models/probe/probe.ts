import { toVigaError, VigaError } from "../../../config/errors.ts";
import type { NamedProfile, ToolStyle } from "../../../config/profile.ts";
import { noUsage, sumUsage, type Usage } from "../../../machines/domain/index.ts";
import { createModel } from "../client.ts";
import type { ChatReply, ModelDeps } from "../contract.ts";
import { canaryQuestion, makeCanary, saw } from "./canary.ts";
import { listModels, provokeLimits } from "./endpoint.ts";
import { type StyleTrial, tryStyle } from "./trials.ts";

export interface ProbeReport {
  model: string;
  wire: string;
  base_url: string;
  /** Whether /models lists the model; null where it keeps no list. */
  listed: boolean | null;
  /** Names the endpoint serves, when the model is not among them. */
  serves: string[];
  /** Seconds for a one-word answer. */
  latency_s: number;
  context: { tokens: number; told: boolean; profile: number };
  /** Most output tokens where the endpoint told. */
  output_limit: number | null;
  vision: { works: boolean; asked: string; answered: string; counted: boolean } | null;
  styles: StyleTrial[];
  /** The style to use; null: none works. */
  best: ToolStyle | null;
  /** Estimated over counted input tokens; the client corrects what is above the estimate. */
  scale: number;
  usage: Usage;
  /** Lines for `models:` in viga.yaml. */
  profile: string;
  ok: boolean;
}

export type ProbeStep = "models" | "answer" | "limits" | "vision" | ToolStyle;

export interface ProbeOptions {
  deps?: ModelDeps;
  signal: AbortSignal;
  /** Told before each step. */
  onStep?: (step: ProbeStep) => void;
}

const styles: readonly ToolStyle[] = ["native", "inline", "json"];

/**
 * Finds out what a model really does before a run pays for it. Throws VigaError when it cannot be asked at all
 * (model_auth, model_unreachable, ...); everything else is in the report.
 */
export async function probeModel(profile: NamedProfile, options: ProbeOptions): Promise<ProbeReport> {
  const { signal, deps = {} } = options;
  const env = deps.env ?? process.env;
  const step = (name: ProbeStep): void => options.onStep?.(name);
  const usage: Usage = { ...noUsage };
  const count = (reply: ChatReply | null): void => {
    if (!reply) return;
    Object.assign(usage, sumUsage(usage, reply.usage));
  };
  step("models");
  const list = await listModels(profile, env, signal);
  step("answer");
  const model = createModel({ ...profile, retries: Math.min(profile.retries, 2) }, deps);
  const hello = await say(model.chat, "Answer with the one word: ready", signal).catch((thrown: unknown) => {
    throw withNames(toVigaError(thrown), profile, list.serves ? null : list.names);
  });
  count(hello);
  step("limits");
  const told = list.contextTokens === null ? await provokeLimits(profile, env, signal) : null;
  const contextTokens = list.contextTokens ?? told?.limit ?? null;
  const report: ProbeReport = {
    model: profile.name,
    wire: profile.model,
    base_url: profile.base_url,
    listed: list.names === null ? null : list.serves,
    serves: list.serves ? [] : (list.names ?? []).slice(0, 40),
    latency_s: hello.seconds,
    context: {
      tokens: contextTokens ?? profile.context_tokens,
      told: contextTokens !== null,
      profile: profile.context_tokens,
    },
    output_limit: told?.output ?? null,
    vision: null,
    styles: [],
    best: null,
    scale: 1,
    usage,
    profile: "",
    ok: false,
  };
  if (profile.image_max_px > 0) {
    step("vision");
    report.vision = await look(profile, deps, signal, count);
  }
  for (const style of styles) {
    step(style);
    // A handle of its own for each style, so that none steps down for another.
    const { trial, reply } = await tryStyle(createModel({ ...profile, retries: 2 }, deps), style, signal);
    report.styles.push(trial);
    count(reply);
    report.scale = Math.max(report.scale, reply?.handle.scale ?? 1);
  }
  const rank = ({ works, clean, exact }: StyleTrial): number => (works ? 4 : 0) + (exact ? 2 : 0) + (clean ? 1 : 0);
  const best = report.styles.filter(({ works }) => works).sort((a, b) => rank(b) - rank(a))[0];
  report.best = best?.style ?? null;
  report.ok = report.best !== null && report.vision?.works !== false;
  report.profile = profileLines(profile, report);
  return report;
}

const say = (
  chat: (request: Parameters<ReturnType<typeof createModel>["chat"]>[0]) => Promise<ChatReply>,
  text: string,
  signal: AbortSignal,
) => chat({ messages: [{ role: "user", parts: [{ type: "text", text }] }], tools: [], signal });

async function look(
  profile: NamedProfile,
  deps: ModelDeps,
  signal: AbortSignal,
  count: (reply: ChatReply) => void,
): Promise<NonNullable<ProbeReport["vision"]>> {
  const canary = await makeCanary(deps.random);
  const asked = canary.order.join(", ");
  try {
    const reply = await createModel(profile, deps).chat({
      messages: [{ role: "user", parts: [canary.image, { type: "text", text: canaryQuestion }] }],
      tools: [],
      signal,
    });
    count(reply);
    const counted = !reply.problems.some(({ code }) => code === "images_unseen");
    return { works: saw(canary, reply.text), asked, answered: reply.text.slice(0, 200), counted };
  } catch (thrown) {
    const error = toVigaError(thrown);
    if (error.code === "interrupted") throw error;
    return { works: false, asked, answered: error.message, counted: false };
  }
}

/** A wrong model name is the likeliest reason when the endpoint lists others. */
function withNames(error: VigaError, profile: NamedProfile, names: string[] | null): VigaError {
  if (!names || error.code === "interrupted" || error.code === "model_auth") return error;
  const hint = `the endpoint serves ${names.slice(0, 8).join(", ")}; set models.${profile.name}.model`;
  return new VigaError(error.code, error.message, { retry: error.retry, hint });
}

function profileLines(profile: NamedProfile, report: ProbeReport): string {
  const vision = report.vision?.works === true;
  return [
    "models:",
    `  ${JSON.stringify(profile.name).replace(/^"([\w.-]+)"$/, "$1")}:`,
    `    base_url: ${profile.base_url}`,
    `    model: ${JSON.stringify(profile.model)}`,
    `    context_tokens: ${report.context.tokens}${report.context.told ? "" : "  # not told by the endpoint"}`,
    `    max_tokens: ${Math.min(profile.max_tokens, Math.floor(report.context.tokens / 2), report.output_limit ?? profile.max_tokens)}`,
    ...(report.output_limit === null ? [] : [`    max_tokens_limit: ${report.output_limit}`]),
    ...(report.best === null ? ["    # no tool style worked"] : [`    tools: ${report.best}`]),
    `    image_max_px: ${vision ? profile.image_max_px : 0}${vision ? "" : "  # the picture did not arrive"}`,
  ].join("\n");
}
