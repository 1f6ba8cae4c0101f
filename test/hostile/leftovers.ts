import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

interface Found {
  pid: number;
  parent: number;
  session: number;
  state: string;
  ticks: number;
}

async function processes(): Promise<Found[]> {
  const found: Found[] = [];
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const text = await readFile(`/proc/${name}/stat`, "utf8").catch(() => "");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    if (fields.length < 20) continue;
    const [state = "", parent, , session] = fields;
    const ticks = Number(fields[11]) + Number(fields[12]);
    found.push({ pid: Number(name), parent: Number(parent), session: Number(session), state, ticks });
  }
  return found;
}

/**
 * What jobs left running: processes below the engine, and orphans that carry its command line. Base servers belong to
 * the engine (its children, in its session). A kept scene's processes (supervisor, first process, keeper) may be there,
 * asleep or stopped, those that wait for the next job, and those that read programs: at most `more` of them, `stopped` of
 * them stopped, and none that works.
 */
export async function running(engine: number, scratch: string, more: number, stopped: number): Promise<string[]> {
  const all = await processes();
  const parents = new Map(all.map((p) => [p.pid, p.parent]));
  const session = all.find((p) => p.pid === engine)?.session;
  const below = (pid: number): boolean => {
    for (let at = parents.get(pid); at !== undefined && at > 1; at = parents.get(at)) if (at === engine) return true;
    return false;
  };
  const left: Found[] = [];
  for (const p of all) {
    if (p.pid === engine || ["Z", "X"].includes(p.state)) continue;
    if (below(p.pid)) {
      if (!(p.parent === engine && p.session === session)) left.push(p);
    } else if (p.parent === 1) {
      const line = await readFile(`/proc/${p.pid}/cmdline`, "utf8").catch(() => "");
      if (line.includes(join(scratch, "engine-"))) left.push(p);
    }
  }
  // Supervisors and first processes wait; a keeper, which ran the program's scene, and a session are stopped.
  const still = left.filter((p) => p.state === "T").length;
  if (left.length <= more && still <= stopped && left.every((p) => p.state !== "R")) return [];
  return left.map((p) => `process ${p.pid} (${p.state}) is still there`);
}

/** The engine's own temporary files; where `waits`, the next job has its home and its folder, and a session its own. */
export async function temporary(scratch: string, waits: boolean): Promise<string[]> {
  const found: string[] = [];
  for (const name of await readdir(scratch)) {
    if (!name.startsWith("engine-")) continue;
    for (const kind of ["home-", "work-", "kept-"]) {
      const folders = (await readdir(join(scratch, name))).filter((folder) => folder.startsWith(kind));
      if (folders.length > (waits ? 1 : 0)) found.push(...folders);
    }
    for (const file of await readdir(join(scratch, name), { recursive: true }).catch(() => []))
      if (!/^(linked-\w+\.json|\.config|\.cache|\.local|home-|work-|kept-)/.test(file))
        found.push(file.replace(/^blender_\w+/, "blender"));
  }
  return found.sort();
}
