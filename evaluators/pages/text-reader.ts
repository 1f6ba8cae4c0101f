import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Worker as Thread } from "node:worker_threads";
import { createWorker, OEM, PSM, type Worker } from "tesseract.js";
import type { Picture } from "../pictures/picture.ts";
import { decodePicture } from "../pictures/picture.ts";
import type { PageBlock } from "./block.ts";
import { textColour } from "./text-colour.ts";

/** Lines that the reader is less sure of, per cent, are mostly icons and edges. */
const leastSure = 40;
/** Letters taken for it: a picture of a screen has more than paper, and the reader need not guess. */
const dotsPerInch = "150";

const english = join(
  dirname(createRequire(import.meta.url).resolve("@tesseract.js-data/eng/package.json")),
  "4.0.0_best_int",
);

let opened: Promise<Worker> | null = null;

/** The one reader of this process: it has a thread and is opened when it is first needed. */
async function reader(): Promise<Worker> {
  opened ??= (async () => {
    const worker = await createWorker("eng", OEM.LSTM_ONLY, { langPath: english, cacheMethod: "none", gzip: true });
    await worker.setParameters({ tessedit_pageseg_mode: PSM.SPARSE_TEXT, user_defined_dpi: dotsPerInch });
    return worker;
  })();
  opened.catch(() => {
    opened = null;
  });
  return opened;
}

/** A thread keeps its process alive only while it reads. */
const threadOf = (worker: Worker) => (worker as unknown as { worker: Thread }).worker;

let reading = 0;

/**
 * The lines of text that a picture shows, with their boxes and colours, by OCR (Tesseract, English, no network). It misreads
 * now and then, the same way in equal pictures: read both sides of a comparison with it.
 */
export async function readText(png: Buffer, name = "picture"): Promise<PageBlock[]> {
  const [picture, worker] = [await decodePicture(png, name), await reader()];
  threadOf(worker).ref();
  reading++;
  try {
    const { data } = await worker.recognize(png, {}, { blocks: true, text: false });
    const lines = (data.blocks ?? []).flatMap(({ paragraphs }) => paragraphs.flatMap((paragraph) => paragraph.lines));
    return lines.flatMap(({ text, confidence, bbox }) => {
      const said = text.trim().toLowerCase();
      if (confidence < leastSure || !/[\p{L}\p{N}]/u.test(said)) return [];
      return [blockOf(said, bbox, picture)];
    });
  } finally {
    if (--reading === 0) threadOf(worker).unref();
  }
}

function blockOf(text: string, box: { x0: number; y0: number; x1: number; y1: number }, picture: Picture): PageBlock {
  const { width, height } = picture;
  return {
    text,
    box: [box.x0 / width, box.y0 / height, (box.x1 - box.x0) / width, (box.y1 - box.y0) / height],
    colour: textColour(picture, box),
  };
}

/** Ends the reader's thread; the next text opens another. */
export async function closeTextReader(): Promise<void> {
  const open = opened;
  opened = null;
  await open?.then((worker) => worker.terminate());
}
