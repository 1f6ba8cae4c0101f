import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type {
  CallRequest,
  Limits,
  OpReply,
  ProbeRequest,
  RunRequest,
  RunState,
} from "../../../bridge/engines/contract.ts";
import { failedRun, type ProgramError, type StateCheck } from "../../../machines/domain/index.ts";
import { Ended, Gone, type LeashWords, leashed } from "../../sandbox/leash.ts";
import { KeptStates } from "../../worker/kept-states.ts";
import { taskFiles } from "../../worker/task-files.ts";
import type { DeckSummary } from "../tools/deck/summary.ts";
import { deckChecks } from "./checks.ts";
import { contrastFaults } from "./contrast.ts";
import type { Drawn } from "./office.ts";
import { placeFaults } from "./place-faults.ts";
import type { Pool } from "./pool.ts";
import { programError, refusal } from "./program-error.ts";

/** A deck whose office went by itself is drawn once more: it may have been none of the deck's doing. */
const tries = 2;
/** Width of a slide's picture without a target. */
const usualWidth = 1280;
/** Bytes of the task's files that a program is given. */
const mostFiles = 128 * 2 ** 20;
/** The deck among what a state leaves. */
const deckFile = "deck.pptx";

const words: Readonly<Record<"program" | "deck", LeashWords>> = {
  program: {
    subject: "the program",
    slow: "a loop that does not end, or for something that is waited for and never comes",
    large: "fewer and smaller objects, and no processes or threads",
  },
  deck: {
    subject: "the deck",
    slow: "slides with far too many or far too large shapes, texts and pictures",
    large: "fewer and smaller pictures and shapes",
  },
};

/** The engine's jobs, one at a time: each program in a process of its own, its deck in an office that stays. */
export class Jobs {
  readonly #pool: Pool;
  readonly scenes = new KeptStates<DeckSummary>();

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async run(request: RunRequest, signal: AbortSignal): Promise<RunState> {
    const began = performance.now();
    const refused = refusal(request.program);
    if (refused !== null) return { ...failedRun(refused), scene: false };
    const { files, large } = taskFiles(request.assets ?? [], mostFiles);
    const program = this.#pool.takeProgram();
    let log = "";
    try {
      const left = await leashed(program, request.limits, signal, words.program, async () => {
        const done = await program.run(request.program, files, request.limits.logKb * 1024);
        log = done.log;
        return done;
      }).finally(() => program.kill());
      const wrong = programError(
        left,
        request.program,
        files.map(({ full }) => full),
      );
      if (wrong !== null) return { ...failedRun(wrong), log, scene: false };
      const executed = performance.now();
      const deck = left.deck!;
      const drawn = await this.#draw(deck, widthOf(request), secondsLeft(request.limits, began), signal);
      if ("refused" in drawn) {
        return { ...failedRun({ kind: "output", ...drawn.refused }), log, scene: false };
      }
      const slides = await Promise.all(
        drawn.slides.map(async (slide, index) => {
          const faults = [...placeFaults(slide), ...(await contrastFaults(slide, drawn.pictures[index]!))];
          return { ...slide, faults };
        }),
      );
      const checks: StateCheck[] = deckChecks(slides);
      if (large.length > 0)
        checks.push({ check: "files", text: `too large to be given to the program: ${large.slice(0, 3).join(", ")}` });
      const summary = { slides, deck: `sha256:${createHash("sha256").update(deck).digest("hex")}` };
      const names = await keepFiles(request, drawn.pictures, summary, deck);
      if (request.keep !== undefined) this.scenes.keep(request.keep, summary);
      const seconds = {
        execute: (executed - began) / 1000,
        render: (performance.now() - executed) / 1000,
        total: (performance.now() - began) / 1000,
      };
      return {
        ok: true,
        renders: names.map((name) => ({ name, camera: null, frame: null })),
        log,
        scene: names.length > 0,
        ...(names.length > 0 ? { files: [deckFile] } : {}),
        ...(checks.length === 0 ? {} : { checks }),
        seconds,
      };
    } catch (error) {
      return { ...failedRun(told(error)), log, scene: false };
    } finally {
      this.#pool.prepareProgram();
    }
  }

  /** A kept scene is what its deck was found to be: nothing of it is alive, so nothing goes on in it. */
  async probe({ scene, action }: ProbeRequest): Promise<OpReply> {
    const kept = this.scenes.get(scene);
    if (kept === undefined) return failed("NoScene", `no scene ${scene} is kept`);
    if (action === "slide_info") return { ok: true, result: { slides: kept.slides }, log: "", seconds: 0 };
    return failed("NoAction", `slides have no action ${action}`);
  }

  async call({ name }: CallRequest): Promise<OpReply> {
    return failed("NoOperation", `slides have no operation ${name}`);
  }

  async #draw(deck: Buffer, width: number, limits: Limits, signal: AbortSignal): Promise<Drawn> {
    for (let attempt = 1; ; attempt++) {
      try {
        const office = await this.#pool.takeOffice();
        const drawing = leashed(office, limits, signal, words.deck, () => office.draw(deck, width));
        // The office draws on one processor; the next program's process gets ready on another.
        this.#pool.prepareProgram();
        const drawn = await drawing;
        await this.#pool.giveBack(office);
        return drawn;
      } catch (error) {
        this.#pool.discard();
        if (!(error instanceof Gone) || attempt >= tries) throw error;
      }
    }
  }
}

/** As wide as the target, and no wider than was asked for. */
function widthOf({ views, quality }: Pick<RunRequest, "views" | "quality">): number {
  return Math.min(quality.px, views[0]?.aspect?.width ?? usualWidth);
}

/** What the program took of a job's time is gone. */
function secondsLeft(limits: Limits, began: number): Limits {
  return { ...limits, seconds: Math.max(1, limits.seconds - (performance.now() - began) / 1000) };
}

/** Pictures, what stands on the slides and the deck; returns the pictures' names, one a slide. */
async function keepFiles(
  { views, dir, save }: Pick<RunRequest, "views" | "dir" | "save">,
  pictures: readonly Buffer[],
  summary: DeckSummary,
  deck: Buffer,
): Promise<string[]> {
  if (save !== undefined) await writeFile(join(dir, save), deck);
  const first = views[0]?.name;
  if (first === undefined) return [];
  // Each slide is a picture; views that were asked for name the first of them.
  const names = pictures.map((_, index) => views[index]?.name ?? `${first}${index + 1}`);
  for (const [index, picture] of pictures.entries()) await writeFile(join(dir, `${names[index]}.png`), picture);
  await writeFile(join(dir, "scene.json"), JSON.stringify(summary));
  await writeFile(join(dir, deckFile), deck);
  return names;
}

function told(error: unknown): ProgramError {
  if (error instanceof Ended) return error.error;
  const hint = "run it again; a deck that keeps ending the office asks too much of it";
  if (error instanceof Gone)
    return { kind: "crash", type: "OfficeEnded", message: "LibreOffice ended during the job", hint };
  const message = (error instanceof Error ? error.message : String(error)).split("\n")[0]!.slice(0, 500);
  return { kind: "output", type: "DeckUnreadable", message: `the deck cannot be drawn: ${message}`, hint };
}

const failed = (type: string, message: string): OpReply => ({
  ok: false,
  log: "",
  error: { kind: "engine", type, message },
  seconds: 0,
});
