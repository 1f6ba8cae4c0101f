import { plainLine, plainText } from "../config/plain-text.ts";
import { refined } from "../machines/domain/index.ts";
import type { TapeEvent } from "./observer.ts";
import { progressData, progressOf, refinedLine } from "./refined.ts";

type Data = Record<string, unknown>;
const field = (data: unknown, ...path: string[]): unknown =>
  path.reduce<unknown>(
    (value, key) => (value !== null && typeof value === "object" ? (value as Data)[key] : undefined),
    data,
  );
const number = (value: unknown, digits = 3) => (typeof value === "number" ? value.toPrecision(digits) : "-");
const line = (value: unknown) => plainLine(String(value ?? "")).slice(0, 160);

/** What an event says, in a few words; unknown types show their keys. */
function words({ type, data }: TapeEvent): string {
  switch (type) {
    case "run.started":
      return `${line(field(data, "task", "mode"))} ${line(field(data, "task", "name"))}`;
    case "lease.granted":
      return `slot ${line(data.slot)}, epoch ${line(data.epoch)}`;
    case "context":
      return `t=${line(data.t)}${data.note ? ` ${line(data.note)}` : ""}`;
    case "program.proposed":
      return `t=${line(field(data, "program", "t"))} ${line(field(data, "program", "thought"))}`;
    case "state": {
      const ok = field(data, "state", "ok") === true;
      const error = field(data, "state", "error", "message");
      return `t=${line(field(data, "state", "t"))} ${ok ? `rendered in ${number(field(data, "state", "seconds", "total"), 2)} s` : line(error)}`;
    }
    case "measured":
      return `t=${line(data.t)} ${(Array.isArray(data.measures) ? data.measures : []).map((item) => `loss ${number(field(item, "loss"))}`).join(", ")}`;
    case "feedback":
      return `t=${line(data.t)} ${line(field(data, "feedback", "thought"))}`;
    case "candidates.drawn_again":
      return `t=${line(data.t)} ${(Array.isArray(data.losses) ? data.losses : []).map((item) => `candidate ${line(field(item, "candidate"))} loss ${number(field(item, "loss"))}`).join(", ")}: candidate ${line(data.chosen)}`;
    case "take_home.left_out":
      return `not for elsewhere: ${line(data.why)}`;
    case "comparing":
      return `t=${line(data.t)} and t=${line(data.with)} differ by less than the noise`;
    case "compared":
      return `t=${line(data.t)} against t=${line(data.with)} by ${line(data.by)}${data.equal === true ? ", equal" : ""}: best t=${line(data.best_t)}${data.failed ? ` (${line(data.failed)})` : ""}`;
    case "round":
      return `t=${line(field(data, "round", "t"))} loss ${number(data.loss)} best t=${line(data.best_t)} (${number(data.best_loss)})`;
    case "stopped":
      return `${line(data.reason)}${data.why ? `: ${line(data.why)}` : ""}, best t=${line(data.best_t)}`;
    case "run.finished":
      return `${line(data.status)}: ${line(data.reason)}${field(data, "error", "message") ? ` (${line(field(data, "error", "message"))})` : ""}`;
    case "final":
      return `loss ${number(field(data, "start", "measures", "loss"))} -> ${number(field(data, "best", "measures", "loss"))}`;
    case "failed":
    case "job.failed":
      return `t=${line(data.t)} ${line(field(data, "error", "message"))}`;
    case "progress": {
      const found = progressData.safeParse(data);
      return found.success ? line(progressOf(found.data).text) : "";
    }
    case "refined": {
      const found = refined.safeParse(data.refined);
      return `t=${line(data.t)} ${found.success ? line(refinedLine(found.data)) : ""}`;
    }
    default:
      return Object.keys(data).length === 0 ? "" : line(JSON.stringify(data));
  }
}

/** One line for a person: time, role, type, what happened. */
export function describeEvent(event: TapeEvent): string {
  const time = event.time.slice(11, 23);
  return plainText(`${time}  ${event.role.padEnd(10)} ${event.type.padEnd(18)} ${words(event)}`.trimEnd());
}
