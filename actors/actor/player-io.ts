import { noUsage, type RunSpec, sumUsage, type Usage } from "../../machines/domain/index.ts";
import type { JobReply, JobRequest, PlayerIO } from "../players/player.ts";
import { runJob } from "../run/jobs.ts";
import type { LeaseWatch } from "../run/lease.ts";
import type { Replies } from "./call-journal.ts";
import type { ActorHost } from "./host.ts";

/** Seconds granted to a probe or an engine operation that names no limit. */
const defaultSeconds = 120;

/** What one turn of a player may do, on top of its host. `spent()` collects; the host adds it to the turn's output. */
export function makePlayerIO(
  context: { host: ActorHost; leases: LeaseWatch; replies: Replies; spec: RunSpec },
  turn: string,
): { io: PlayerIO; usage: () => Usage } {
  const { host, leases, replies, spec } = context;
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
    signal: host.signal,
    text: async (ref) => (await store.get(ref)).toString("utf8"),
    bytes: (ref) => store.get(ref),
    put: (content) => store.put(content),
    async job(request: JobRequest): Promise<JobReply> {
      jobs += 1;
      const seconds = request.seconds ?? defaultSeconds;
      const work =
        request.op === "call"
          ? { op: "call" as const, name: request.name, args: request.args, files: request.files ?? [], seconds }
          : { op: "probe" as const, action: request.action, args: request.args, seconds };
      const answer = await runJob({ bus, host, leases, engine: spec.engine }, work, {
        key: `${turn}/job${jobs}`,
        seconds: seconds * 3 + 60,
        again: 1,
      });
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
