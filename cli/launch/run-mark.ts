import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { readSmallFile } from "../../bridge/files/small-file.ts";
import { writeAtomic } from "../../bridge/files/write-atomic.ts";
import { VigaError } from "../../config/errors.ts";
import { roleNames } from "../../config/players.ts";
import type { RunSpec } from "../../machines/domain/index.ts";

/** Beside run.json, or what a batch was begun with: that this user's viga wrote it on this machine. */
export const markFile = "run.mark";

/** The folder of what viga keeps for this user on this machine. */
const stateFolder = (): string => join(process.env.XDG_STATE_HOME ?? join(homedir(), ".local", "state"), "viga");

/** The key that marks are made with; made at first use, readable by its user alone. */
async function markKey(): Promise<Buffer> {
  const folder = stateFolder();
  const path = join(folder, "run-key");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(path, randomBytes(32).toString("hex"), { flag: "wx", mode: 0o600 }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    },
  );
  return Buffer.from(readSmallFile(path), "hex");
}

async function markOf(text: string): Promise<Buffer> {
  return createHmac("sha256", await markKey())
    .update(text)
    .digest();
}

/** Marks a run.json, or what a batch was begun with, that was just written. Where no key can be kept there is no mark, and resuming asks for --trust. */
export async function markRun(out: string, text: string): Promise<void> {
  const mark = await markOf(text).catch(() => null);
  if (mark !== null) await writeAtomic(join(out, markFile), `${mark.toString("hex")}\n`);
}

async function isOurs(out: string, file: string): Promise<boolean> {
  try {
    const said = Buffer.from(readSmallFile(join(out, markFile)).trim(), "hex");
    const due = await markOf(await readFile(join(out, file), "utf8"));
    return said.length === due.length && timingSafeEqual(said, due);
  } catch {
    return false;
  }
}

/** A configuration as far as it names what is started. */
interface Starting extends Pick<RunSpec["config"], "roles" | "shadow"> {
  programs?: Record<string, string>;
  skills?: Record<string, { command?: string[] }>;
}

/** What a run's configuration would have started: its programs, commands that play roles, servers under skills. */
function startedBy(config: Starting): string[] {
  const { programs = {}, skills = {}, roles, shadow } = config;
  return [
    ...Object.entries(programs).map(([name, path]) => `programs.${name}: ${path}`),
    ...Object.entries({ roles, shadow }).flatMap(([section, players]) =>
      roleNames.flatMap((role) => {
        const player = players[role];
        return player?.spec.kind === "command" ? [`${section}.${role}: ${player.player}`] : [];
      }),
    ),
    ...Object.entries(skills).flatMap(([name, { command }]) =>
      command === undefined ? [] : [`skills.${name}: ${command.join(" ")}`],
    ),
  ];
}

/**
 * Refuses programs that a file of somebody else's makes viga start, unless they are trusted. Throws `input_invalid`.
 * @param file the file in `out` that names them
 */
export async function checkTrusted(
  { out, config }: { out: string; config: unknown },
  trust: boolean,
  file = "run.json",
): Promise<void> {
  const started = startedBy(config as Starting);
  if (trust || started.length === 0 || (await isOurs(out, file))) return;
  throw new VigaError(
    "input_invalid",
    `${join(out, file)} names programs to start, and was not written by your viga on this machine: ${started.join("; ")}`,
    { hint: "look at them; where you trust them, add --trust" },
  );
}
