import { VigaError } from "../../config/errors.ts";

/** Roles that own a mailbox in a run. */
export const roles = ["generator", "verifier", "memory", "executor", "supervisor"] as const;
export type Role = (typeof roles)[number];

/** Streams and buckets (DESIGN.md, "Bus"). */
export const streams = { mailbox: "VIGA_MBX", job: "VIGA_JOB", event: "VIGA_EVT", deadLetter: "VIGA_DLQ" } as const;
export const buckets = { actors: "viga_actors", slots: "viga_slots" } as const;

const tokenPattern = /^[A-Za-z0-9_-]{1,64}$/;

/** A run, role, slot, engine or verb as one token of a subject. Anything NATS could read as syntax is refused. */
export function token(text: string): string {
  if (!tokenPattern.test(text)) {
    throw new VigaError("input_invalid", `"${text}" cannot be a bus name`, {
      hint: "use 1 to 64 letters, digits, _ or -",
    });
  }
  return text;
}

/** Turns any text (a task's folder name) into a token. */
export function toToken(text: string): string {
  const cleaned = text.replace(/[^A-Za-z0-9_-]+/g, "-").replace(/^-+|-+$/g, "");
  return cleaned.slice(0, 40) || "task";
}

export const mailboxSubject = (run: string, role: string) => `viga.mbx.${token(run)}.${token(role)}`;
export const jobSubject = (engine: string, slot: string) => `viga.job.${token(engine)}.${token(slot)}`;
/** Event types may have dots ("run.started"): they become further tokens, so that `viga.evt.*.*.run.>` works. */
export const eventSubject = (run: string, role: string, type: string) =>
  `viga.evt.${token(run)}.${token(role)}.${type.split(".").map(token).join(".")}`;
export const controlSubject = (run: string, verb: string) => `viga.ctl.${token(run)}.${token(verb)}`;
export const deadLetterSubject = (run: string, role: string) => `viga.dlq.${token(run)}.${token(role)}`;
