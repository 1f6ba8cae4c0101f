import { join } from "node:path";
import { writeAtomic } from "../../bridge/files/write-atomic.ts";
import type { Observer, TapeEvent } from "../observer.ts";
import { addEvent } from "../project.ts";
import { newRunView, type RunView } from "../run-view.ts";
import { readTape } from "../tape.ts";
import { reportPage } from "./page.ts";
import { folderReader, type Read } from "./pictures.ts";

const name = "report.html";

/** The report of a run as far as its events go: one self-contained HTML page. */
export async function makeReport(events: Iterable<TapeEvent>, read: Read): Promise<string> {
  const runView = newRunView();
  for (const event of events) addEvent(runView, event);
  return reportPage(runView, read);
}

/** Writes `<out>/report.html` when the run ends or is cut off. */
export function createReport(options: { out: string; read: Read }): Observer {
  const runView: RunView = newRunView();
  const read = folderReader(options.out, options.read);
  let written = false;
  const write = async () => {
    await writeAtomic(join(options.out, name), await reportPage(runView, read));
    written = true;
  };
  return {
    async on(event) {
      written = false;
      addEvent(runView, event);
      if (event.type === "run.finished") await write();
    },
    async close() {
      if (written || runView.run === "") return;
      if (runView.status === "running") runView.status = "interrupted";
      await write();
    },
  };
}

/**
 * Writes the report of a run that is over, out of its folder; returns the file's path.
 *
 * @throws VigaError not_found where the folder holds no tape, input_invalid where the tape is damaged
 */
export async function writeReport(options: { out: string; read: Read }): Promise<string> {
  const path = join(options.out, name);
  await writeAtomic(path, await makeReport(await readTape(options.out), folderReader(options.out, options.read)));
  return path;
}
