import { plainLine } from "../config/plain-text.ts";
import { refined } from "../machines/domain/index.ts";
import { chosenText, comparedText, stopText } from "./judgement.ts";
import type { Observer, TapeEvent } from "./observer.ts";
import { addEvent } from "./project.ts";
import { refinedLine, refinedSeconds, refiningText } from "./refined.ts";
import { newRunView, programOf, type RoundView, type RunView, roundsOf, stateOf } from "./run-view.ts";
import { namedMetrics } from "./scores.ts";
import { lossText, shortened, spanText, sparkline } from "./text.ts";

export interface ProgressOptions {
  /** Where it is shown; a terminal says so itself (`process.stderr`). */
  stream: { write(text: string): unknown; isTTY?: boolean; columns?: number };
  /** JSON lines instead of text. */
  json?: boolean;
  /** For NO_COLOR and TERM; default: the process's. */
  env?: Record<string, string | undefined>;
  /** Milliseconds; for tests. */
  now?: () => number;
}

/** The live block is drawn at most this often, milliseconds. */
const frame = 100;
const spinner = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";

type Paint = (code: string, text: string) => string;

/**
 * Shows how a run goes: on a terminal a line per finished round and a live block below (round, loss, time, what happens
 * now, loss curve), elsewhere plain lines, or JSON lines. NO_COLOR and TERM=dumb are respected.
 */
export function createProgress(options: ProgressOptions): Observer {
  const env = options.env ?? process.env;
  if (options.json === true) return jsonProgress(options);
  if (options.stream.isTTY !== true || env.TERM === "dumb") return plainProgress(options);
  return liveProgress(options, !env.NO_COLOR);
}

/** A finished round in words: "round 3  PL 0.0123  12.4 % better  4.2 s  best so far". */
function roundLine(runView: RunView, at: RoundView, paint: Paint): string {
  const state = stateOf(at);
  const head = at.t === 0 ? "start   " : `round ${String(at.t).padEnd(2)}`;
  const refining = refinedSeconds(programOf(at));
  const beside = refining === 0 ? "" : ` and ${spanText(refining)} of refining`;
  const time = state === null ? "" : `  ${spanText(state.seconds.total)}${beside}`;
  if (state !== null && !state.ok) {
    const line = state.error?.line === undefined ? "" : ` (line ${state.error.line})`;
    return `${head}  ${paint("31", "failed")}  ${shortened(plainLine(state.error?.message ?? "the program failed"), 160)}${line}${time}`;
  }
  const before = roundsOf(runView).findLast((one) => one.t < at.t && one.loss !== null);
  const change = before?.loss && at.loss !== null ? (before.loss - at.loss) / before.loss : null;
  const words =
    change === null || Math.abs(change) < 0.0005
      ? ""
      : `  ${paint(change > 0 ? "32" : "33", `${(Math.abs(change) * 100).toFixed(1)} % ${change > 0 ? "better" : "worse"}`)}`;
  const best = runView.bestT === at.t && at.t > 0 ? `  ${paint("1", "best so far")}` : "";
  const name = at.measures === null ? "loss" : (runView.measurement?.loss.label ?? "loss");
  return `${head}  ${name} ${lossText(at.loss)}${words}${time}${best}`;
}

/** What the event means to somebody who watches; null for most events. */
function newsOf(runView: RunView, event: TapeEvent, paint: Paint): string | null {
  switch (event.type) {
    case "run.started":
      return `${plainLine(runView.task?.mode ?? "")} ${plainLine(runView.task?.name ?? "")} started`;
    case "round": {
      const at = roundsOf(runView).findLast((one) => one.endedAt === event.time && one.round !== null);
      return at === undefined ? null : roundLine(runView, at, paint);
    }
    case "state": {
      const warnings = newWarnings(runView, event);
      return warnings.length === 0 ? null : warnings.map((line) => paint("33", plainLine(line))).join("; ");
    }
    case "model.waiting":
    case "model.retry":
      return callNews(event);
    case "refined": {
      const found = refined.safeParse(event.data.refined);
      const t = typeof event.data.t === "number" ? event.data.t : "-";
      return found.success ? plainLine(`round ${t} refined: ${refinedLine(found.data)}`) : null;
    }
    case "slot.lost":
    case "role.restarted":
      return paint("33", plainLine(runView.incidents.at(-1)?.text ?? event.type));
    case "failed":
      return paint("31", plainLine(`${event.role} failed: ${messageOf(event)}`));
    case "compared": {
      const at = runView.rounds.get(Number(event.data.t));
      const text = at === undefined ? null : comparedText(runView, at);
      return text === null ? null : plainLine(text);
    }
    case "final":
      return chosenText(runView);
    case "stopped":
      return `stopped: ${plainLine(stopText(runView))}; best is round ${runView.bestT ?? "-"}`;
    case "run.finished": {
      const reason = runView.error === null ? "" : `: ${plainLine(runView.error)}`;
      return paint(runView.status === "done" ? "32" : "31", `${runView.status}${reason}`);
    }
    default:
      return null;
  }
}

/** Seconds; a shorter wait before a request is made again is no news. */
const longWait = 5;

/** What a slow or refused request to a model means to somebody who waits for it. */
function callNews({ type, data }: TapeEvent): string | null {
  const { model, first, limit_s, wait_s, message } = data as Record<string, unknown>;
  if (type === "model.waiting") {
    return plainLine(
      `waiting for ${String(model)}'s ${first === true ? "first " : ""}answer (limit ${String(limit_s)} s)`,
    );
  }
  if (typeof wait_s !== "number" || wait_s < longWait) return null;
  return shortened(plainLine(`${String(message)}; asked again in ${spanText(wait_s)}`), 300);
}

function messageOf(event: TapeEvent): string {
  const { error } = event.data as { error?: { message?: unknown } };
  return typeof error?.message === "string" ? error.message : "no reason given";
}

/** What the engine warns of in the first state of a run; the later ones on the same base would only repeat it. */
function newWarnings(runView: RunView, event: TapeEvent): string[] {
  const first = roundsOf(runView)
    .flatMap((at) => at.states)
    .filter((one) => one !== undefined);
  if (first.length !== 1) return [];
  const { state } = event.data as { state?: { log?: unknown } };
  const log = typeof state?.log === "string" ? state.log : "";
  return log.split("\n").filter((line) => line.startsWith("warning: the base"));
}

const unpainted: Paint = (_, text) => text;

/** Seconds between two plain lines of one refinement or animation. */
const refiningEvery = 10;

/** Lines of refinements and animations as they go on, so that a run that takes minutes for one program is not silent. */
function refiningLines(runView: RunView): (event: TapeEvent) => string | null {
  let told = Number.NEGATIVE_INFINITY;
  return ({ type, time }) => {
    const progress = type === "progress" ? runView.progress : null;
    const lasts = progress !== null && (progress.refining !== null || progress.drawing === true);
    if (!lasts || Date.parse(time) - told < 1000 * refiningEvery) return null;
    told = Date.parse(time);
    return progress.refining === null ? plainLine(progress.text) : refiningText(progress.refining);
  };
}

function plainProgress({ stream }: ProgressOptions): Observer {
  const runView = newRunView();
  const refining = refiningLines(runView);
  return {
    on(event) {
      addEvent(runView, event);
      const news = newsOf(runView, event, unpainted) ?? refining(event);
      if (news !== null) stream.write(`${event.time.slice(11, 19)}  ${news}\n`);
    },
    async close() {},
  };
}

function jsonProgress({ stream }: ProgressOptions): Observer {
  const runView = newRunView();
  return {
    on(event) {
      addEvent(runView, event);
      const say = (fields: Record<string, unknown>) =>
        stream.write(
          `${JSON.stringify({ schema: 1, event: event.type, time: event.time, run: event.run, ...fields })}\n`,
        );
      const best = { best_t: runView.bestT, best_loss: runView.bestLoss };
      if (event.type === "run.started") say({ mode: runView.task?.mode, task: runView.task?.name });
      if (event.type === "round") {
        const at = roundsOf(runView).findLast((one) => one.round !== null);
        say({
          t: at?.t,
          ok: at?.round?.state.ok,
          loss: at?.loss,
          metrics: at?.measures?.metrics ?? {},
          ...namedMetrics(runView.measurement, at?.measures?.metrics ?? {}),
          ...best,
        });
      }
      if (event.type === "progress") say({ ...runView.progress });
      if (event.type === "refined") say({ ...event.data });
      if (event.type === "state") for (const text of newWarnings(runView, event)) say({ text });
      if (event.type === "slot.lost" || event.type === "role.restarted") say({ text: runView.incidents.at(-1)?.text });
      if (event.type === "model.waiting" || event.type === "model.retry") {
        const text = callNews(event);
        if (text !== null) say({ role: event.role, text });
      }
      if (event.type === "failed") say({ role: event.role, message: messageOf(event) });
      if (event.type === "stopped") say({ reason: runView.stopReason, why: runView.stopWhy, ...best });
      if (event.type === "run.finished")
        say({ status: runView.status, reason: runView.stopReason, error: runView.error, ...best });
    },
    async close() {},
  };
}

function liveProgress({ stream, now = Date.now }: ProgressOptions, colour: boolean): Observer {
  const runView = newRunView();
  const paint: Paint = colour ? (code, text) => `\u001b[${code}m${text}\u001b[0m` : unpainted;
  let shown = 0;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let ticks = 0;
  let timer: NodeJS.Timeout | null = null;

  const clear = () => {
    if (shown > 0) stream.write(`\u001b[${shown}A\u001b[J`);
    shown = 0;
  };
  const draw = () => {
    const lines = blockOf(runView, now(), (stream.columns ?? 80) - 1, spinner[ticks++ % spinner.length]!, paint);
    const up = shown > 0 ? `\u001b[${shown}A\u001b[J` : "";
    stream.write(`${up}${lines.join("\n")}\n`);
    shown = lines.length;
    drawnAt = now();
  };

  return {
    on(event) {
      addEvent(runView, event);
      timer ??= setInterval(draw, frame * 2).unref();
      const news = newsOf(runView, event, paint);
      if (news !== null) {
        clear();
        stream.write(`${news}\n`);
      }
      if (runView.status !== "running") {
        clearInterval(timer);
        clear();
      } else if (news !== null || now() - drawnAt >= frame) draw();
    },
    async close() {
      if (timer !== null) clearInterval(timer);
      clear();
    },
  };
}

function blockOf(runView: RunView, now: number, width: number, spin: string, paint: Paint): string[] {
  const rounds = roundsOf(runView);
  const current = rounds.at(-1);
  const elapsed = runView.startedAt === null ? 0 : (now - Date.parse(runView.startedAt)) / 1000;
  const losses = rounds.filter((at) => at.round !== null).map((at) => at.loss);
  const candidates = current === undefined ? 0 : current.programs.filter((one) => one !== undefined).length;
  const { progress } = runView;
  const head = [
    current === undefined ? "starting" : current.t === 0 ? "start state" : `round ${current.t}`,
    ...(candidates > 1 ? [`${candidates} candidates`] : []),
    spanText(elapsed),
    plainLine(runView.activity),
  ].join(" · ");
  const lines = [`${paint("36", spin)} ${shortened(head, width - 2)}`];
  if (progress !== null) {
    const share =
      progress.fraction === null ? "" : ` ${bar(progress.fraction, 20)} ${Math.round(progress.fraction * 100)} %`;
    const loss = progress.loss === null || progress.refining !== null ? "" : ` loss ${lossText(progress.loss)}`;
    lines.push(shortened(`  ${plainLine(progress.text)}${share}${loss}`, width));
  }
  if (losses.length > 0) {
    const numbers = `  loss ${lossText(losses.at(-1))}  best ${lossText(runView.bestLoss)}${runView.bestT === null ? "" : ` (round ${runView.bestT})`}`;
    lines.push(`${shortened(numbers, width - 34)}  ${paint("36", sparkline(losses, 30))}`);
  }
  if (runView.usage.calls > 0) {
    const { calls, input_tokens, output_tokens, usd } = runView.usage;
    lines.push(shortened(`  ${calls} calls, ${input_tokens} + ${output_tokens} tokens, $${usd.toFixed(3)}`, width));
  }
  return lines;
}

function bar(fraction: number, width: number): string {
  const full = Math.round(Math.min(1, Math.max(0, fraction)) * width);
  return "█".repeat(full) + "░".repeat(width - full);
}
