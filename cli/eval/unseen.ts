import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { defaultLimits, type Engine } from "../../bridge/engines/contract.ts";
import { openEngine } from "../../bridge/engines/open.ts";
import { VigaError } from "../../config/errors.ts";
import type { ModeDefinition } from "../../config/modes/mode.ts";
import type { Column, Evaluated } from "../../evaluators/columns/column.ts";
import { readSceneFile } from "../../evaluators/geometry/scene-file.ts";
import { compareViews } from "../../evaluators/photometric.ts";
import { decodePicture } from "../../evaluators/pictures/picture.ts";
import type { PictureSize, View } from "../../machines/domain/index.ts";

/** Longer side and samples of what is drawn here; smaller goals are drawn as large as they are. */
const largest = 512;
const samples = 128;

/** A view whose goal the run was not given, and that goal. */
interface UnseenView {
  view: View & { aspect: PictureSize };
  goal: Buffer;
}

interface Drawn {
  program: string;
  base: string | null;
  views: readonly View[];
  px: number;
}

/** Runs programs with one engine; pictures by the view's name, and the scene that they left. */
function drawerOf(engine: Engine, scratch: string) {
  let count = 0;
  return async ({ program, base, views, px }: Drawn) => {
    const dir = await mkdtemp(join(scratch, "job-"));
    try {
      const state = await engine.run({
        job: `unseen${count++}`,
        program,
        views: [...views],
        quality: { px, samples },
        limits: defaultLimits,
        dir,
        ...(base === null ? {} : { base, assets: [dirname(base)] }),
      });
      if (!state.ok) throw new VigaError("program_error", state.error?.message ?? "the program failed");
      const pictures = new Map<string, Buffer>();
      for (const { name } of views) pictures.set(name, await readFile(join(dir, `${name}.png`)));
      return { pictures, scene: readSceneFile(await readFile(join(dir, "scene.json"), "utf8"), "scene.json") };
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  };
}
type Draw = ReturnType<typeof drawerOf>;

/** Goal pictures beside those that the run was given: render2.png is what Camera2 sees. */
async function picturesBeside(source: string, given: ReadonlySet<string>): Promise<UnseenView[]> {
  const folder = join(source, "renders", "goal");
  const names = existsSync(folder) ? await readdir(folder) : [];
  const numbers = names.flatMap((name) => /^render(\d+)\.png$/.exec(name)?.[1] ?? []);
  const unseen = numbers.filter((number) => !given.has(`render${number}`)).sort((a, b) => Number(a) - Number(b));
  return Promise.all(
    unseen.map(async (number) => {
      const name = `render${number}`;
      const goal = await readFile(join(folder, `${name}.png`));
      const { width, height } = await decodePicture(goal, `${name}.png`);
      return { view: { name, camera: `Camera${number}`, aspect: { width, height } }, goal };
    }),
  );
}

/** The goal's program (or file) seen by the cameras of its scene that no target is of, drawn here. */
async function camerasOfGoal(of: Evaluated, seen: ReadonlySet<string>, base: string | null, draw: Draw) {
  const { task, truth, read } = of;
  const [program, file] = [truth.get("py"), truth.get("blend")];
  if (program === undefined && file === undefined) return [];
  const text = program === undefined ? "import bpy\n" : await readFile(program, "utf8");
  const goal = { program: text, base: program === undefined ? file! : base };
  const { scene } = await draw({ ...goal, views: [], px: 16 });
  const names = scene.cameras.map(({ name }) => name).filter((name) => !seen.has(name));
  const [target] = task.targets;
  if (names.length === 0 || target === undefined) return [];
  const { width, height } = await decodePicture(await read(target.image), target.name);
  const views = names.sort().map((camera, n) => ({ name: `unseen${n + 1}`, camera, aspect: { width, height } }));
  const { pictures } = await draw({ ...goal, views, px: sideOf({ width, height }) });
  return views.map((view): UnseenView => ({ view, goal: pictures.get(view.name)! }));
}

const sideOf = ({ width, height }: PictureSize) => Math.min(largest, Math.max(width, height));

/**
 * `unseen_pl`: the program drawn again from cameras whose goal the run was not given, by the pictures of the data set, else
 * by drawing the goal itself.
 *
 * @throws VigaError dependency_missing, engine_failed
 */
export async function openUnseen(mode: ModeDefinition): Promise<{ column: Column; close: () => Promise<void> }> {
  const scratch = await mkdtemp(join(tmpdir(), "viga-unseen-"));
  const gone = () => rm(scratch, { recursive: true, force: true });
  const engine = await openEngine(mode.engine, { scratch }).catch(async (thrown: unknown) => {
    await gone();
    throw thrown;
  });
  const draw = drawerOf(engine, scratch);
  const known = new Map<string, Promise<UnseenView[]>>();
  const measured = new Map<string, Promise<number | null>>();
  const without = new Set<string>();

  /** The .blend of a task, from its run's artifacts where the data set's is gone. */
  const baseOf = async ({ task, read }: Evaluated): Promise<string | null> => {
    if (task.base === null) return null;
    if (existsSync(task.base.path)) return task.base.path;
    const path = join(scratch, `${task.base.artifact.replace(/\W/g, "-")}.blend`);
    if (!existsSync(path)) await writeFile(path, await read(task.base.artifact));
    return path;
  };
  const find = async (of: Evaluated, source: string): Promise<UnseenView[]> => {
    const given = new Set(of.task.targets.map(({ name }) => name));
    const beside = await picturesBeside(source, given);
    if (beside.length > 0) return beside;
    const seen = new Set(mode.views.flatMap(({ name, camera }) => (given.has(name) && camera ? [camera] : [])));
    return camerasOfGoal(of, seen, await baseOf(of), draw);
  };
  const score = async (of: Evaluated, code: string, source: string): Promise<number | null> => {
    const key = `${source} ${of.task.targets.map(({ name }) => name).join(" ")}`;
    const finding = known.get(key) ?? find(of, source);
    known.set(key, finding);
    const unseen = await finding;
    if (unseen.length === 0) {
      without.add(of.task.name);
      return null;
    }
    const views = unseen.map(({ view }) => view);
    const px = Math.max(...views.map(({ aspect }) => sideOf(aspect)));
    const { pictures } = await draw({ program: code, base: await baseOf(of), views, px });
    const pairs = unseen.map(({ view: { name }, goal }) => ({ name, image: pictures.get(name)!, target: goal }));
    return (await compareViews(pairs)).loss;
  };
  const column: Column = {
    metrics: [
      {
        name: "unseen_pl",
        label: "unseen PL",
        title: "photometric loss from cameras whose goal the run was not given",
        better: "lower",
        unit: "",
        digits: 4,
      },
    ],
    ends: true,
    async measure(of) {
      if (of.code === null || of.source === null) return {};
      const key = `${of.source}\n${of.code}`;
      const value = measured.get(key) ?? score(of, of.code, of.source);
      measured.set(key, value);
      const loss = await value;
      return loss === null ? {} : { unseen_pl: loss };
    },
    notes: () =>
      without.size === 0
        ? []
        : [
            `unseen PL: nothing unseen is known of ${[...without].join(", ")}: no goal picture beside those given, and no goal program or file with another camera`,
          ],
  };
  return { column, close: async () => engine.close().finally(gone) };
}
