import { type Office, type OfficeSettings, startOffice } from "./office.ts";
import { startProgram, type Waiting } from "./programs.ts";

/** Decks that one office draws before a fresh one takes its place: it keeps some memory of each. */
const mostDecks = 100;

/**
 * The office that decks are drawn in, the same for many and a fresh one after any that was ended, and the process that waits
 * for the next program.
 */
export class Pool {
  readonly #settings: OfficeSettings;
  readonly #once: boolean;
  #office: Promise<Office> | undefined;
  #next: Waiting | undefined;
  #decks = 0;

  /** @param once an office of its own for each job */
  constructor(settings: OfficeSettings, once: boolean) {
    this.#settings = settings;
    this.#once = once;
  }

  async takeOffice(): Promise<Office> {
    this.#office ??= this.#start();
    return this.#office;
  }

  #start(): Promise<Office> {
    const starting = startOffice(this.#settings);
    void starting
      .then(async (office) => {
        await office.ended;
        if (this.#office === starting) this.#office = undefined;
      })
      .catch(() => {
        // Whoever waits for it hears of it.
        if (this.#office === starting) this.#office = undefined;
      });
    return starting;
  }

  /** The deck left nothing in it. */
  async giveBack(office: Office): Promise<void> {
    this.#decks += 1;
    if (!this.#once && this.#decks < mostDecks) return;
    this.discard();
    await office.ended;
    // The next deck finds it started.
    if (!this.#once) this.#office = this.#start();
  }

  /** Ends the office, if one runs: the next job has another. */
  discard(): void {
    const office = this.#office;
    this.#office = undefined;
    this.#decks = 0;
    void office?.then(({ kill }) => kill()).catch(() => undefined);
  }

  /** A process for one program: the one that waits, else one that is started now. */
  takeProgram(): Waiting {
    const taken = this.#next ?? startProgram(this.#settings.bwrap);
    this.#next = undefined;
    return taken;
  }

  /** Starts the process that waits for the next program, so that it has made the library ready when it is asked for. */
  prepareProgram(): void {
    if (this.#next !== undefined) return;
    const next = startProgram(this.#settings.bwrap);
    this.#next = next;
    void next.over.then(() => {
      if (this.#next === next) this.#next = undefined;
    });
  }

  close(): void {
    this.discard();
    this.#next?.kill();
  }
}
