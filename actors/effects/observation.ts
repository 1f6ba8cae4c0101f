import { verifierMemory } from "../../config/roles.ts";
import type { Measures, Program, RoleSpec, Round, RunSpec, Stage, State, Task } from "../../machines/domain/index.ts";
import type { Observation } from "../players/player.ts";

/** What a verifier is shown, all of it. */
export function observationOf(task: Task, input: Record<string, unknown>): Observation {
  const judged = input.judged as Round[];
  return {
    t: input.t as number,
    task,
    state: input.state as State,
    measures: input.measures as Measures | null,
    previous: judged.at(-1) ?? null,
    earlier: judged.slice(0, -1),
    analysis: input.analysis as string | null,
    plan: input.plan as string | null,
    program: input.program as Program,
    start: input.start as State | null,
    ...(input.stage === undefined ? {} : { stage: input.stage as Stage }),
  };
}

/** The observation without the rounds that the role's `memory` leaves out; the last one is remembered by default. */
export function rememberedBy(role: RoleSpec | undefined, observation: Observation): Observation {
  switch (verifierMemory.default("last").parse(role?.memory)) {
    case "none":
      return { ...observation, previous: null, earlier: [] };
    case "last":
      return { ...observation, earlier: [] };
    case "window":
      return observation;
  }
}

/** How many judged rounds the role's machine keeps: the window where one that judges or listens is shown it. */
export function judgedToKeep({ config, memory }: RunSpec): number {
  const wide = [config.roles.verifier, config.shadow.verifier].some((role) => role?.memory === "window");
  return wide ? memory.window : 1;
}
