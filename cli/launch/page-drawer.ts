import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { z } from "zod";
import { defaultLimits } from "../../bridge/engines/contract.ts";
import { openEngine } from "../../bridge/engines/open.ts";
import { VigaError } from "../../config/errors.ts";
import type { DrawCopies } from "../../evaluators/pages/extract.ts";

const names = z.array(z.string());

/** Width that Design2Code lays pages out for, CSS pixels. */
export const usualWidth = 1280;

/** One sandboxed browser that draws whole pages, one after the other. */
export interface PageDrawer {
  /** Draws pages that wide; `assets`: files that a page may show. */
  drawAt(width: number, assets: readonly string[]): DrawCopies;
  close(): Promise<void>;
}

/** @throws VigaError dependency_missing, engine_failed; a drawing: program_error for a page that cannot be drawn */
export async function openPageDrawer(): Promise<PageDrawer> {
  const dir = await mkdtemp(join(tmpdir(), "viga-pages-"));
  const gone = () => rm(dir, { recursive: true, force: true });
  const engine = await openEngine("web", { scratch: dir }).catch(async (thrown: unknown) => {
    await gone();
    throw thrown;
  });
  let drawn = 0;
  return {
    drawAt: (width, assets) => async (programs) => {
      drawn += 1;
      const args = { programs: [...programs], width };
      const common = { name: "draw_copies", args, limits: defaultLimits, dir, assets: [...assets] };
      const reply = await engine.call({ job: `page${drawn}`, ...common });
      if (!reply.ok)
        throw new VigaError("program_error", `the page is not drawn: ${reply.error?.message ?? "no reason"}`);
      return Promise.all(names.parse(reply.result).map((name) => readFile(join(dir, name))));
    },
    async close() {
      await engine.close();
      await gone();
    },
  };
}

/** The rick.jpg that the benchmark's pages show for every picture: the first that lies beside one of these files. */
export async function placeholdersBeside(paths: readonly string[]): Promise<string[]> {
  for (const path of paths) {
    const file = join(dirname(path), "rick.jpg");
    if ((await stat(file).catch(() => null))?.isFile()) return [file];
  }
  return [];
}
