import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { tellWaits } from "../../cli/launch/waits.ts";
import type { TapeEvent } from "../../observers/observer.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const event = (role: string, type: string, data: Record<string, unknown> = {}): TapeEvent => ({
  seq: 1,
  id: `${role}/${type}`,
  time: "2026-11-25T00:00:00.000Z",
  run: "r",
  role,
  type,
  data,
});

/** What is said when nothing more happens for `seconds` after each event. */
function saidAfter(hosts: "inline" | "apart", events: TapeEvent[], seconds = 6): string[] {
  const said: string[] = [];
  const waits = tellWaits({ hosts, out: "out", log: (line) => said.push(line) });
  for (const one of events) {
    void waits.on(one);
    vi.advanceTimersByTime(seconds * 1000);
  }
  void waits.close();
  vi.advanceTimersByTime(60_000);
  return said;
}

describe("a run that waits for a person or for hosts", () => {
  it("says so after five seconds, once, with the command that ends the wait", () => {
    expect(saidAfter("inline", [event("generator", "approval.asked", { t: 3 })])).toEqual([
      "waiting for a person to approve round 3: viga ctl - approve 3 (or: approve 3 no)",
    ]);
    expect(saidAfter("inline", [event("memory", "paused")])).toEqual([
      "waiting for a person to go on with the paused run: viga ctl - resume",
    ]);
    expect(saidAfter("apart", [event("supervisor", "run.started")])).toEqual([
      "waiting for an executor: viga executor --slot cpu --out out",
    ]);
    expect(saidAfter("apart", [event("supervisor", "lease.granted")])).toEqual([
      "waiting for the memory: viga role memory --out out",
    ]);
  });

  it("says nothing of shorter waits, of a role that was heard, nor after the end", () => {
    expect(saidAfter("inline", [event("generator", "approval.asked", { t: 3 }), event("generator", "end")], 4)).toEqual(
      [],
    );
    expect(saidAfter("apart", [event("memory", "context"), event("generator", "program.proposed")], 4)).toEqual([]);
    const heard = [event("generator", "x"), event("memory", "context")];
    expect(saidAfter("apart", heard, 6)).toEqual([]);
    expect(saidAfter("inline", [event("memory", "paused"), event("supervisor", "run.finished")], 4)).toEqual([]);
  });
});
