import { noUsage, type RunSpec, sumUsage, type Usage } from "../../machines/domain/index.ts";
import type { JobReply, JobRequest, PlayerIO, SceneRef } from "../players/player.ts";
import { type JobAnswer, runJob } from "../run/jobs.ts";
import type { Lease, LeaseWatch } from "../run/lease.ts";
import type { SlotWatch } from "../run/slots.ts";
import type { CallJournal } from "./call-journal.ts";
import type { ActorHost } from "./host.ts";

/** Seconds granted to a probe or an engine operation that names no limit. */
const defaultSeconds = 120;

/** A probe's answer where no program has run, or the one in question failed. */
const noScene = {
  kind: "engine",
  type: "NoScene",
  message: "there is no scene to look at: no program has run, or the last one failed",
};

/** What one turn of a player may do, on top of its host. `scene` is what its probes look at. `spent()` collects; the host adds it to the turn's output. */
export function makePlayerIO(
  context: { host: ActorHost; leases: LeaseWatch; slots: SlotWatch; replies: CallJournal; spec: RunSpec },
  turn: string,
  scene: SceneRef | null = null,
): { io: PlayerIO; usage: () => Usage } {
  const { host, leases, slots, replies, spec } = context;
  const { bus, store } = host.options;
  let jobs = 0;
  let notes = 0;
  let usage: Usage = { ...noUsage };

  const io: PlayerIO = {
    run: spec.run,
    task: spec.task,
    views: spec.views,
    preview: spec.render.preview,
    measurement: spec.measurement,
    seed: spec.seed,
    signal: host.signal,
    text: async (ref) => (await store.get(ref)).toString("utf8"),
    bytes: (ref) => store.get(ref),
    put: (content) => store.put(content),
    async job(request: JobRequest): Promise<JobReply> {
      jobs += 1;
      const seconds = request.seconds ?? defaultSeconds;
      const options = { key: `${turn}/job${jobs}`, seconds: seconds * 3 + 60, again: 1 };
      const sender = { bus, host, leases, slots, engine: spec.engine };
      let answer: JobAnswer;
      if (request.op === "call") {
        const { name, args, files = [], session } = request;
        const work = { op: "call" as const, name, args, files, seconds, ...(session === undefined ? {} : { session }) };
        answer = await runJob(sender, work, options);
      } else {
        const looked = request.scene ?? scene;
        if (looked === null) return { ok: false, result: undefined, error: noScene, files: {} };
        const { slot, ...of } = looked;
        const work = { op: "probe" as const, scene: of, action: request.action, args: request.args, seconds };
        // Where the candidate ran its scene still lives; with that slot gone, the run's own makes it again.
        const place = (held: Lease) => (slots.isAlive(slot) ? slot : held.slot);
        answer = await runJob(sender, work, { ...options, place });
      }
      const reply = answer.reply as { ok?: boolean; result?: unknown; error?: JobReply["error"] };
      return {
        ok: reply.ok === true,
        result: reply.result,
        ...(reply.error === undefined ? {} : { error: reply.error }),
        files: answer.files,
      };
    },
    once: (key, call) => replies.once(`${turn}/${key}`, call),
    note(type, data) {
      notes += 1;
      // Lost notes cost an observer a line, never a run its course.
      void host.note(type, data, `${turn}/note${notes}@${host.incarnation}`).catch(() => undefined);
    },
    spent(more) {
      usage = sumUsage(usage, more);
    },
  };
  return { io, usage: () => usage };
}
