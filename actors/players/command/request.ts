import { join } from "node:path";
import type { Context, Measures, Program, Round, State, Task } from "../../../machines/domain/index.ts";
import type { Observation, PlayerIO } from "../player.ts";
import type { CommandRequest } from "./protocol.ts";

/** Measures with each metric also by its own name, at the top and in each view. */
const measuresOf = (measures: Measures | null) =>
  measures && {
    ...measures.metrics,
    ...measures,
    views: measures.views.map((view) => ({ ...view.metrics, ...view })),
  };

/** What a command is asked. */
export type Requested =
  | { op: "write"; context: Context }
  | { op: "judge"; observation: Observation }
  | { op: "analyze"; task: Task };

/**
 * The request as a program outside reads it: programs as text, pictures as absolute paths of files that exist while it
 * runs. No artifact reference is left in it.
 */
export async function requestOf(
  asked: Requested,
  io: PlayerIO,
  save: (name: string, bytes: Buffer) => Promise<void>,
  folder: string,
): Promise<CommandRequest> {
  const saved = new Map<string, string>();
  const file = async (ref: string, ending: string): Promise<string> => {
    const known = saved.get(ref);
    if (known !== undefined) return known;
    const name = `${saved.size}${ending}`;
    saved.set(ref, join(folder, name));
    await save(name, await io.bytes(ref));
    return join(folder, name);
  };
  const pictures = async (list: readonly { name: string; image: string }[]) => {
    const out: { name: string; file: string }[] = [];
    for (const { name, image } of list) out.push({ name, file: await file(image, ".png") });
    return out;
  };
  const taskOf = async (task: Task) => ({
    mode: task.mode,
    name: task.name,
    text: task.text,
    prompt: task.prompt,
    targets: await pictures(task.targets),
    start: task.start === null ? null : await io.text(task.start),
    start_image: task.start_image === undefined ? null : await file(task.start_image, ".png"),
  });
  const programOf = async (program: Program | null) => {
    if (program === null) return null;
    const { t, thought, code_diff, code, refined = null } = program;
    return { t, thought, code_diff, code: await io.text(code), refined: refined && { ...refined, written: undefined } };
  };
  const stateOf = async ({ ok, log, error, renders, scene }: State) => ({
    ok,
    log,
    error: error ?? null,
    renders: await pictures(renders),
    scene: scene === undefined ? null : await file(scene, ".json"),
  });
  const roundOf = async ({ t, program, state, measures, feedback }: Round) => ({
    t,
    program: await programOf(program),
    state: await stateOf(state),
    measures: measuresOf(measures),
    feedback: feedback === null ? null : { ...feedback, heatmap: undefined },
  });
  const head = { schema: 1 as const, run: io.run, seed: io.seed };

  switch (asked.op) {
    case "write": {
      const { context } = asked;
      const rounds: Awaited<ReturnType<typeof roundOf>>[] = [];
      for (const round of context.rounds) rounds.push(await roundOf(round));
      return {
        ...head,
        op: asked.op,
        t: context.t,
        candidates: context.candidates,
        stage: context.stage ?? null,
        task: await taskOf(context.task),
        plan: context.plan,
        assets: context.assets ?? [],
        analysis: context.analysis,
        note: context.note,
        from: await programOf(context.from),
        best: context.best === null ? null : await roundOf(context.best),
        rounds,
      };
    }
    case "judge": {
      const { observation } = asked;
      const {
        t,
        task,
        state,
        measures,
        previous,
        earlier = [],
        analysis,
        plan,
        program,
        start,
        stage = null,
      } = observation;
      const before: Awaited<ReturnType<typeof roundOf>>[] = [];
      for (const round of earlier) before.push(await roundOf(round));
      return {
        ...head,
        op: asked.op,
        t,
        stage,
        task: await taskOf(task),
        plan: plan ?? null,
        program: await programOf(program ?? null),
        state: await stateOf(state),
        measures: measuresOf(measures),
        previous: previous === null ? null : await roundOf(previous),
        earlier: before,
        start: start == null ? null : await stateOf(start),
        analysis,
      };
    }
    case "analyze":
      return { ...head, op: asked.op, task: await taskOf(asked.task) };
  }
}
