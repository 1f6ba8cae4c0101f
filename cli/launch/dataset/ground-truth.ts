import { existsSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import type { ModeDefinition } from "../../../config/modes/mode.ts";

/** Paths of the ground truth that lies beside a task's inputs. `source`: the task's folder or picture. */
export function groundTruthOf(source: string, { layout }: ModeDefinition): string[] {
  const [folder, id] =
    layout.kind === "file" ? [dirname(source), basename(source, extname(source))] : [source, basename(source)];
  // A deck lies beside its slides' folders and is called like the folder around them.
  const deck = basename(dirname(source));
  return layout.truth
    .map((name) => join(folder, name.replace("{id}", id).replace("{deck}", deck)))
    .filter((path) => existsSync(path));
}
