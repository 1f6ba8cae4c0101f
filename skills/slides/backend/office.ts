import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { killTree } from "../../../bridge/processes/tree.ts";
import { boxed } from "../../sandbox/bubblewrap.ts";
import type { Leashed } from "../../sandbox/leash.ts";
import { takenBy } from "../../sandbox/taken.ts";
import { type SlideSummary, slideSummary } from "../tools/deck/summary.ts";
import { FrameReader, framed } from "./frames.ts";

export interface OfficeSettings {
  bwrap: string;
  /** The office's own program, `soffice`. */
  office: string;
  /** A Python that can import uno. */
  python: string;
}

/** Slides of one deck at most. */
export const mostSlides = 40;
/** Bytes that profile, decks and pictures may take together. */
const scratchBytes = 512 * 2 ** 20;
/** Bytes of all pictures of a deck at most. */
const mostPictures = 400 * 2 ** 20;

const inside = fileURLToPath(new URL("../inside", import.meta.url));

const started = z.object({ version: z.string().max(80) });
const drawn = z.object({
  bytes: z.array(z.number().int().nonnegative()),
  slides: z.array(slideSummary).optional(),
  refused: z.object({ type: z.string(), message: z.string(), hint: z.string() }).optional(),
});

/** What the office made of a deck, or why it did not open it. */
export type Drawn =
  | { slides: SlideSummary[]; pictures: Buffer[] }
  | { refused: z.output<typeof drawn>["refused"] & {} };

/** One LibreOffice in its sandbox. */
export interface Office extends Leashed {
  readonly version: string;
  /** What it printed last. */
  readonly said: () => string;
  draw(deck: Buffer, width: number): Promise<Drawn>;
}

/** Where the parts of an office lie that is none of the system's own: the folder that its `program` folder stands in. */
function own(office: string): (readonly [string, string])[] {
  const home = dirname(dirname(office));
  return home.startsWith("/usr/") ? [] : [[home, home]];
}

/** Starts an office. Throws with what it printed. */
export async function startOffice({ bwrap, office, python }: OfficeSettings): Promise<Office> {
  const box = boxed({
    readable: [...own(office), [inside, "/viga"]],
    settings: ["/etc/libreoffice"],
    scratchBytes,
    // Threads come and go in an office; each would keep memory of its own that is free.
    further: ["--disable-userns", "--setenv", "MALLOC_ARENA_MAX", "2"],
  });
  const program = join(dirname(office), "soffice.bin");
  const child = spawn(bwrap, [...box, python, "-B", "/viga/office.py", program], { stdio: "pipe", env: {} });
  let printed = "";
  child.stderr.on("data", (chunk: Buffer) => {
    printed = (printed + chunk.toString("utf8")).slice(-2000);
  });
  child.stdin.on("error", () => {});
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", (error) => {
      printed += error.message;
      resolve();
    });
  });
  const reader = new FrameReader(child.stdout);
  const kill = () => killTree(child.pid);
  let version: string;
  try {
    ({ version } = started.parse(await reader.head()));
  } catch {
    kill();
    await ended;
    throw new Error(`LibreOffice does not start: ${printed.trim() || "it printed nothing"}`);
  }
  return {
    version,
    said: () => printed.trim(),
    taken: takenBy(child.pid ?? 0),
    kill,
    ended,
    async draw(deck, width) {
      child.stdin.write(framed({ deck: deck.length, width, most: mostSlides }, [deck]));
      const { bytes, slides, refused } = drawn.parse(await reader.head());
      if (refused !== undefined) return { refused };
      if (slides === undefined || slides.length !== bytes.length) throw new Error("the office's answer is none");
      if (bytes.length > mostSlides || bytes.reduce((sum, size) => sum + size, 0) > mostPictures) {
        throw new Error("the office's pictures are too many or too large");
      }
      const pictures: Buffer[] = [];
      for (const size of bytes) pictures.push(await reader.bytes(size));
      return { slides, pictures };
    },
  };
}
