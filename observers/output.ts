import { join } from "node:path";
import { linkAtomic, writeAtomic } from "../bridge/files/write-atomic.ts";
import { plainText } from "../config/plain-text.ts";
import type { Program, State } from "../machines/domain/index.ts";
import { renderFile } from "./files.ts";
import { movesOf } from "./moves.ts";
import type { Observer, TapeEvent } from "./observer.ts";
import { addEvent } from "./project.ts";
import { type FinalPictures, newRunView, programOf, type RoundView, type RunView, stateOf } from "./run-view.ts";
import { type MovedCount, scoresOf } from "./scores.ts";
import { generatorThoughts, verifierThoughts } from "./thoughts.ts";

export interface OutputOptions {
  /** Folder of the run. */
  out: string;
  /** Bytes of an artifact. */
  read: (ref: string) => Promise<Buffer>;
  /** Draws diff.png where the verifier gave no heat map. */
  heatMap?: (render: Buffer, target: Buffer) => Promise<Buffer>;
}

/**
 * Writes a run's output folder as its events come: codes, renders, thoughts, scores.json, args.json, the link `best`.
 * What is written depends on the tape alone, so a replay from the first event writes the same again.
 */
export function createOutput(options: OutputOptions): Observer {
  const writer = new OutputWriter(options);
  let turn: Promise<void> = Promise.resolve();
  return {
    on(event) {
      turn = turn.catch(() => undefined).then(() => writer.take(event));
      return turn;
    },
    async close() {
      await turn.catch(() => undefined);
      await writer.finish();
    },
  };
}

class OutputWriter {
  readonly #options: OutputOptions;
  readonly #view: RunView = newRunView();
  /** Numbers that moved, by round. */
  readonly #moved = new Map<number, MovedCount>();

  constructor(options: OutputOptions) {
    this.#options = options;
  }

  async take(event: TapeEvent): Promise<void> {
    const runView = this.#view;
    addEvent(runView, event);
    switch (event.type) {
      case "run.started":
        return this.#started();
      case "program.proposed":
        return this.#each(runView, (at) => this.#proposed(at), event);
      case "feedback":
        return this.#each(runView, (at) => this.#judged(at), event);
      case "round":
        await this.#each(runView, (at) => this.#round(at), event);
        return this.#scores();
      case "final":
        if (runView.final) await this.#final(runView.final.best, runView.final.start);
        return this.#scores();
      case "stopped":
      case "run.finished":
        return this.#scores();
      default:
        return;
    }
  }

  /** Writes the scores of a run that was cut off before its end. */
  async finish(): Promise<void> {
    if (this.#view.run === "" || this.#view.status !== "running") return;
    this.#view.status = "interrupted";
    await this.#scores();
  }

  async #each(runView: RunView, write: (at: RoundView) => Promise<void>, event: TapeEvent): Promise<void> {
    const data = event.data as { t?: unknown; program?: { t?: unknown }; round?: { t?: unknown } };
    const t = data.round?.t ?? data.program?.t ?? data.t;
    const at = typeof t === "number" ? runView.rounds.get(t) : undefined;
    if (at !== undefined) await write(at);
  }

  #path(...parts: string[]): string {
    return join(this.#options.out, ...parts);
  }

  async #copy(ref: string, ...to: string[]): Promise<void> {
    await writeAtomic(this.#path(...to), await this.#options.read(ref));
  }

  async #json(name: string, value: unknown): Promise<void> {
    await writeAtomic(this.#path(name), `${JSON.stringify(value, null, 2)}\n`);
  }

  async #started(): Promise<void> {
    const { run, task, facts, startedAt } = this.#view;
    await this.#json("args.json", { schema: 1, run, started: startedAt, task, ...facts });
    for (const { name, image } of task?.targets ?? []) await this.#copy(image, "targets", renderFile(name));
  }

  #code(name: string): string {
    return `${name}.${this.#view.codeEnding}`;
  }

  async #program(program: Program): Promise<void> {
    await this.#copy(program.code, "codes", this.#code(`${program.t}`));
    const written = program.refined?.written;
    if (written !== undefined) await this.#copy(written, "codes", "written", this.#code(`${program.t}`));
    await writeAtomic(this.#path("generator_thoughts", `${program.t}.md`), plainText(generatorThoughts(program)));
  }

  async #proposed(at: RoundView): Promise<void> {
    const first = programOf(at);
    if (first !== null) await this.#program(first);
    if (at.programs.length < 2) return;
    for (const program of at.programs.filter((one) => one !== undefined)) {
      await this.#copy(program.code, "codes", "candidates", this.#code(`${at.t}.${program.candidate}`));
    }
  }

  async #state(state: State, ...folder: string[]): Promise<void> {
    for (const { name, image } of state.renders) await this.#copy(image, ...folder, renderFile(name));
    if (state.scene !== undefined) await this.#copy(state.scene, ...folder, "scene.json");
  }

  async #judged(at: RoundView): Promise<void> {
    const { feedback } = at;
    if (feedback === null) return;
    await writeAtomic(
      this.#path("verifier_thoughts", `${at.t}.md`),
      plainText(verifierThoughts(at.t, feedback, at.measures, this.#view.measurement)),
    );
    await this.#difference(at.t, stateOf(at), feedback.heatmap);
  }

  /** diff.png of a round: the verifier's heat map, else one drawn here. */
  async #difference(t: number, state: State | null, given?: string): Promise<void> {
    const to = ["renders", `${t}`, "diff.png"];
    if (given !== undefined) return this.#copy(given, ...to);
    const { heatMap, read } = this.#options;
    const render = state?.renders[0];
    const targets = this.#view.task?.targets ?? [];
    const target = targets.find(({ name }) => name === render?.name) ?? (targets.length === 1 ? targets[0] : undefined);
    if (heatMap === undefined || render === undefined || target === undefined) return;
    await writeAtomic(this.#path(...to), await heatMap(await read(render.image), await read(target.image)));
  }

  async #round(at: RoundView): Promise<void> {
    const { round } = at;
    if (round === null) return;
    if (round.program !== null) {
      await this.#program(round.program);
      const text = async (ref: string) => (await this.#options.read(ref)).toString("utf8");
      const { generator, solverMoved } = await movesOf(this.#view, at, text);
      this.#moved.set(at.t, { generator: generator.length, solver: solverMoved });
    }
    const folder = ["renders", `${at.t}`];
    await this.#state(round.state, ...folder);
    const { error, log } = round.state;
    const lines = [...(error === undefined ? [] : [`${error.type}: ${error.message}`]), ...(log === "" ? [] : [log])];
    if (lines.length > 0)
      await writeAtomic(this.#path(...folder, "log.txt"), `${plainText(lines.join("\n")).trimEnd()}\n`);
    if (round.feedback === null) await this.#difference(at.t, round.state);
    else await this.#judged(at);
    if (this.#view.bestT !== null) await linkAtomic(this.#path("best"), join("renders", `${this.#view.bestT}`));
  }

  /** Pictures at final quality take the place of the previews, which move to a folder beside them. */
  async #final(best: FinalPictures, start: FinalPictures | null): Promise<void> {
    for (const { t, state } of start === null || start.t === best.t ? [best] : [best, start]) {
      const preview = this.#view.rounds.get(t)?.round?.state;
      if (preview !== undefined) await this.#state(preview, "renders", `${t}`, "preview");
      await this.#state(state, "renders", `${t}`);
      await this.#difference(t, state);
    }
    if (best.saved !== null) await this.#copy(best.saved, this.#view.output);
    for (const [name, ref] of Object.entries(this.#view.final?.extras ?? {})) {
      // Views from around the result lie in a folder of their own.
      await this.#copy(ref, ...name.replace(/^orbit_/, "orbit/").split("/"));
    }
    await linkAtomic(this.#path("best"), join("renders", `${best.t}`));
  }

  async #scores(): Promise<void> {
    await this.#json("scores.json", scoresOf(this.#view, this.#moved));
  }
}
