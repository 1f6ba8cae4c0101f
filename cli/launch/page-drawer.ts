import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { defaultLimits } from "../../bridge/engines/contract.ts";
import { openEngine } from "../../bridge/engines/open.ts";
import { VigaError } from "../../config/errors.ts";
import type { DrawPage } from "../../evaluators/pages/extract.ts";

/** Width that Design2Code lays pages out for, CSS pixels. */
export const usualWidth = 1280;

/** One sandboxed browser that draws whole pages, one after the other. */
export interface PageDrawer {
  /** Draws pages that wide; `assets`: files that a page may show. */
  drawAt(width: number, assets: readonly string[]): DrawPage;
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
    drawAt: (width, assets) => async (program) => {
      drawn += 1;
      const views = [{ name: "page", camera: null, aspect: { width, height: 720 } }];
      const common = { program, views, quality: { px: width }, limits: defaultLimits, dir, assets: [...assets] };
      const state = await engine.run({ job: `page${drawn}`, ...common });
      if (!state.ok)
        throw new VigaError("program_error", `the page is not drawn: ${state.error?.message ?? "no reason"}`);
      return readFile(join(dir, "page.png"));
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
