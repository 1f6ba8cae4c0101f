import { type Effect, send } from "./effects.ts";

/** A control verb as a message to the role it concerns; null when its data make no sense. */
export function controlled(verb: string, data: Record<string, unknown>): Effect | null {
  if (verb === "approve") {
    const { t, ok, reason } = data;
    if (!Number.isInteger(t) || (t as number) < 0) return null;
    return send("generator", {
      type: "approve",
      t,
      ok: ok !== false,
      ...(typeof reason === "string" ? { reason } : {}),
    });
  }
  return verb === "set" ? send("memory", { ...data, type: "retune" }) : send("memory", { type: verb });
}
