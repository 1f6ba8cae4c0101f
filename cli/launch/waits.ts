import { hostedRoles } from "../../actors/run/roles.ts";
import type { Observer, TapeEvent } from "../../observers/observer.ts";
import type { HostMode } from "./hosts.ts";

/** Milliseconds after which a wait is told. */
const quiet = 5000;

/** Which role is to speak next after an event, where it is another's turn. */
const nextRole: Readonly<Record<string, string>> = {
  "lease.granted": "memory",
  context: "generator",
  "program.proposed": "executor",
  state: "verifier",
  feedback: "memory",
};

/**
 * Says what a run waits for when nothing has happened for five seconds and a person, or a host that a person starts,
 * is what it waits for. Each wait is told once.
 * @param out the run's folder, as the person can name it
 */
export function tellWaits(options: { hosts: HostMode; out: string; log: (line: string) => void }): Observer {
  const { hosts, out, log } = options;
  const heard = new Set<string>();
  let timer = setTimeout(() => say(startWait()), quiet).unref();
  let paused = false;

  const say = (what: string | null) => {
    if (what !== null) log(`waiting for ${what}`);
  };
  const startWait = (): string | null =>
    hosts === "apart"
      ? `the run's roles and executors: viga role ROLE --out ${out} for ${hostedRoles.join(", ")}; viga executor --slot cpu --out ${out}`
      : null;

  const waitAfter = (event: TapeEvent): string | null => {
    if (event.type === "approval.asked") {
      const { t } = event.data;
      return `a person to approve round ${String(t)}: viga ctl - approve ${String(t)} (or: approve ${String(t)} no)`;
    }
    if (paused) return "a person to go on with the paused run: viga ctl - resume";
    if (event.type === "run.started" || event.type === "slot.lost") {
      const apart = hosts === "apart" ? `: viga executor --slot cpu --out ${out}` : " to come up";
      return `an executor${apart}`;
    }
    const role = nextRole[event.type];
    if (hosts !== "apart" || role === undefined || heard.has(role) || role === "executor") return null;
    return `the ${role}: viga role ${role} --out ${out}`;
  };

  return {
    on(event) {
      heard.add(event.role);
      if (event.type === "paused") paused = true;
      if (event.type === "resumed") paused = false;
      clearTimeout(timer);
      if (event.type === "run.finished") return;
      const what = waitAfter(event);
      if (what !== null) timer = setTimeout(() => say(what), quiet).unref();
    },
    async close() {
      clearTimeout(timer);
    },
  };
}
