import { z } from "zod";
import { opReply } from "../../bridge/engines/contract.ts";
import { toVigaError } from "../../config/errors.ts";
import { modeOf } from "../../config/modes/index.ts";
import { programsSchema } from "../../config/programs.ts";
import type { RunSpec } from "../../machines/domain/index.ts";
import type { ActorHost } from "../actor/host.ts";
import { runJob } from "../run/jobs.ts";
import type { LeaseWatch } from "../run/lease.ts";
import { animationFiles, drawnFrames } from "./animation.ts";

/** A last job may wait for a queue of other runs (seconds). */
const slack = 900;

/** The engine's picture with all frames one below the other. */
const strip = "animation_strip.png";

const programs = z.object({ programs: programsSchema.optional() });

/** ffmpeg by the run's settings, else by its variable, else from PATH. */
const ffmpegOf = ({ config }: RunSpec): string =>
  programs.safeParse(config).data?.programs?.ffmpeg ?? process.env.VIGA_FFMPEG ?? "ffmpeg";

const made = z.object({
  files: z.array(z.string()),
  left_out: z.record(z.string(), z.string()).default({}),
  animation: drawnFrames.optional(),
});

/**
 * What of the best program can be used elsewhere, by file name: the mode says which operation of the engine makes it. What
 * cannot be made is told on the tape and fails no run.
 */
export async function takeHome(
  host: ActorHost,
  spec: RunSpec,
  leases: LeaseWatch,
  { t, code }: { t: number; code: string },
): Promise<Record<string, string>> {
  const { takeHome: wanted } = modeOf(spec.task.mode);
  if (wanted === undefined) return {};
  const tell = (why: string) => host.note("take_home.left_out", { t, why }, "take-home/left-out");
  try {
    const program = (await host.options.store.get(code)).toString("utf8");
    const { aspect } = spec.views[0] ?? {};
    const args = {
      program,
      seed: spec.seed,
      orbit: wanted.orbit,
      animation: wanted.animation ?? 0,
      quality: spec.render.preview,
      aspect: aspect === undefined ? null : [aspect.width, aspect.height],
    };
    const answer = await runJob(
      { bus: host.options.bus, host, leases, engine: spec.engine },
      { op: "call", name: wanted.operation, args, files: [...wanted.files], lasting: true },
      { key: `take-home/${t}`, seconds: 4 * spec.limits.seconds + slack, again: 1 },
    );
    const reply = opReply.parse(answer.reply);
    if (!reply.ok) {
      await tell(reply.error?.message ?? "the engine gave no reason");
      return {};
    }
    const { files, left_out, animation } = made.parse(reply.result);
    const { [strip]: frames, ...others } = answer.files;
    const played =
      animation === undefined || frames === undefined
        ? { files: {}, left_out: {} }
        : await animationFiles(await host.options.store.get(frames), animation, ffmpegOf(spec), host.signal);
    const missing = Object.entries({ ...left_out, ...played.left_out }).map(([name, why]) => `${name}: ${why}`);
    if (missing.length > 0) await tell(missing.join("; "));
    const extras = Object.fromEntries(Object.entries(others).filter(([name]) => files.includes(name)));
    for (const [name, bytes] of Object.entries(played.files)) extras[name] = await host.options.store.put(bytes);
    return extras;
  } catch (thrown) {
    if (host.signal.aborted) throw thrown;
    await tell(toVigaError(thrown).message);
    return {};
  }
}
