import { z } from "zod";
import {
  artifactRef,
  feedback,
  measurement,
  measures,
  noUsage,
  program,
  round,
  state,
  sumUsage,
  task,
  usage,
} from "../machines/domain/index.ts";
import type { TapeEvent } from "./observer.ts";
import { progressData, progressOf } from "./refined.ts";
import { type RunView, roundAt } from "./run-view.ts";

/** Names of files come from a tape that anyone may have written: no folder is left by one. */
const fileName = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/);

/** A result for use elsewhere: none of viga's own files is replaced by one. */
const extraFile = z.string().regex(/^(scene\.(glb|usdc)|orbit_\d+\.png|animation\.(gif|mp4|png))$/);

const errorText = z.object({ message: z.string(), hint: z.string().optional() });
const finalPictures = z.object({
  t: z.number().int().nonnegative(),
  state,
  measures: measures.nullable(),
  saved: artifactRef.nullable().default(null),
});

const contenders = z.array(z.object({ t: z.number().int(), loss: z.number().nullable() }));
const compared = z.object({
  t: z.number().int(),
  with: z.number().int().nullable(),
  best_t: z.number().int().nullable(),
  by: z.enum(["preview", "careful"]),
  equal: z.boolean().nullable(),
  samples: z.number().nullable(),
  careful: z.array(z.object({ t: z.number().int(), careful: measures })),
  failed: z.string().nullable(),
});

type Projection = (runView: RunView, event: TapeEvent) => void;

/** A teller that reads an event's data first. Data that does not fit becomes an incident: the runView goes on without it. */
function on<T>(shape: z.ZodType<T>, tell: (runView: RunView, data: T, event: TapeEvent) => void): Projection {
  return (runView, event) => {
    const parsed = shape.safeParse(event.data);
    if (parsed.success) {
      tell(runView, parsed.data, event);
      return;
    }
    const issue = parsed.error.issues[0];
    const where = `event ${event.seq} (${event.role}/${event.type})`;
    const text = `${where} cannot be read: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`;
    runView.incidents.push({ time: event.time, text });
  };
}

/** The events a runView is made of. Everything else on a tape is for others. */
const projections = new Map<string, Projection>(
  Object.entries({
    "run.started": on(
      z.looseObject({ task, measurement, output: fileName, code_ending: fileName }),
      (runView, { task: started, measurement: how, output, code_ending, ...facts }) => {
        runView.task = started;
        runView.measurement = how;
        runView.output = output;
        runView.codeEnding = code_ending;
        runView.facts = facts;
        runView.activity = "waiting for a slot";
      },
    ),
    context: on(
      z.object({
        t: z.number().int(),
        from: z.number().int().nullish(),
        note: z.string().nullish(),
        stage: z.string().nullish(),
      }),
      (runView, { t, from, note, stage }, { time }) => {
        const at = roundAt(runView, t, time);
        at.stage = stage ?? null;
        at.from = from ?? null;
        at.note = note ?? null;
        runView.activity = "writing a program";
      },
    ),
    writing: on(z.object({ t: z.number().int() }), (runView, { t }, { time }) => {
      roundAt(runView, t, time);
      runView.activity = "writing a program";
    }),
    analysis: on(z.looseObject({ text: z.string() }), (runView, { text }) => {
      runView.analysis = text === "" ? null : text;
    }),
    "program.proposed": on(
      z.object({ program, plan: z.string().optional() }),
      (runView, { program: proposed, plan }, { time }) => {
        roundAt(runView, proposed.t, time).programs[proposed.candidate] = proposed;
        runView.plan = plan ?? runView.plan;
        runView.progress = null;
      },
    ),
    executing: on(
      z.object({ t: z.number().int(), candidates: z.number().int() }),
      (runView, { t, candidates }, { time }) => {
        roundAt(runView, t, time);
        runView.activity = candidates > 1 ? `rendering ${candidates} candidates` : "rendering";
      },
    ),
    state: on(z.object({ state }), (runView, { state: made }, { time }) => {
      roundAt(runView, made.t, time).states[made.candidate] = made;
      runView.activity = made.ok ? "looking at the render" : "the program failed";
    }),
    measured: on(z.object({ t: z.number().int() }), (runView) => {
      runView.activity = "judging the render";
    }),
    feedback: on(
      z.object({ t: z.number().int(), measures: measures.nullable(), feedback: feedback.nullable() }),
      (runView, data, { time }) => {
        const at = roundAt(runView, data.t, time);
        at.feedback = data.feedback;
        at.measures = data.measures;
        runView.progress = null;
      },
    ),
    comparing: on(z.object({ t: z.number().int() }), (runView) => {
      runView.activity = "drawing with more samples what differs by less than the noise";
    }),
    compared: on(compared, (runView, { t, careful, ...found }, { time }) => {
      roundAt(runView, t, time).compared = found;
      for (const one of careful) roundAt(runView, one.t, time).careful = one.careful;
    }),
    round: on(
      z.object({
        round,
        best_t: z.number().int().nullable(),
        loss: z.number().nullable(),
        best_loss: z.number().nullish(),
        usage: usage.optional(),
      }),
      (runView, data, { time }) => {
        const at = roundAt(runView, data.round.t, time);
        at.round = data.round;
        at.loss = data.loss;
        at.endedAt = time;
        at.measures = data.round.measures;
        at.feedback = data.round.feedback ?? at.feedback;
        runView.bestT = data.best_t;
        runView.bestLoss =
          data.best_loss ?? (data.best_t === null ? null : (runView.rounds.get(data.best_t)?.loss ?? null));
        if (data.usage !== undefined) runView.usage = data.usage;
        runView.activity = "deciding";
        runView.progress = null;
      },
    ),
    stopped: on(
      z.object({
        reason: z.string(),
        why: z.string().nullish(),
        best_t: z.number().int().nullable(),
        usage: usage.optional(),
      }),
      (runView, data) => {
        runView.stopReason = data.reason;
        runView.stopWhy = data.why ?? runView.stopWhy;
        runView.bestT = data.best_t;
        if (data.usage !== undefined) runView.usage = data.usage;
        runView.activity = "making the final pictures";
        runView.progress = null;
      },
    ),
    end: on(z.object({ t: z.number().int(), reason: z.string() }), (runView, { t, reason }) => {
      // The generator ended the run instead of writing: there is no such round.
      if (runView.rounds.get(t)?.programs.length === 0) runView.rounds.delete(t);
      runView.stopWhy = reason;
    }),
    progress: on(progressData, (runView, data) => {
      runView.progress = progressOf(data);
      if (runView.progress.refining !== null) runView.activity = "refining the program's numbers";
    }),
    final: on(
      z.object({
        best: finalPictures,
        start: finalPictures.nullable(),
        contenders: contenders.default([]),
        extras: z.record(extraFile, artifactRef).default({}),
      }),
      (runView, data) => {
        runView.final = data;
        runView.bestT = data.best.t;
        runView.bestLoss = runView.rounds.get(data.best.t)?.loss ?? runView.bestLoss;
      },
    ),
    "run.finished": on(
      z.object({
        status: z.enum(["done", "failed", "interrupted"]),
        reason: z.string(),
        best_t: z.number().int().nullable(),
        error: errorText.nullish(),
        usage: usage.nullish(),
      }),
      (runView, data) => {
        runView.status = data.status;
        runView.stopReason = data.reason;
        runView.bestT = data.best_t ?? runView.bestT;
        runView.error = data.error ? `${data.error.message}${data.error.hint ? ` (${data.error.hint})` : ""}` : null;
        if (data.usage) runView.usage = data.usage;
        runView.activity = data.status;
        runView.progress = null;
      },
    ),
    "model.call": on(
      z.object({
        key: z.string().optional(),
        calls: z.number().optional(),
        tokens: z
          .object({
            input: z.number().optional(),
            output: z.number().optional(),
            cached: z.number().optional(),
            reasoning: z.number().optional(),
          })
          .optional(),
        usd: z.number().optional(),
      }),
      (runView, { key, calls, tokens, usd }, { role, id }) => {
        // A call that a later incarnation took from the tape is noted again, and was paid once.
        const mark = `${role}/${key ?? id}`;
        if (runView.paid.has(mark)) return;
        runView.paid.add(mark);
        const more = {
          calls: calls ?? 1,
          input_tokens: tokens?.input,
          output_tokens: tokens?.output,
          cached_tokens: tokens?.cached,
          reasoning_tokens: tokens?.reasoning,
          usd,
        };
        runView.calls.set(role, sumUsage(runView.calls.get(role) ?? noUsage, more));
      },
    ),
    "call.unknown": on(z.object({ key: z.string() }), (runView, { key }, { time, role }) => {
      runView.incidents.push({
        time,
        text: `${role}: nobody knows whether call ${key} was carried out; it was made again`,
      });
    }),
    "candidate.failed": on(z.object({ error: errorText }), (runView, { error }, { time, role }) => {
      runView.incidents.push({ time, text: `${role}: a candidate failed: ${error.message}` });
    }),
    "role.restarted": on(z.object({ role: z.string(), reason: z.string() }), (runView, data, { time }) => {
      runView.incidents.push({ time, text: `${data.role} was restarted: ${data.reason}` });
    }),
    "slot.lost": on(z.looseObject({ slot: z.string(), why: z.string().optional() }), (runView, data, { time }) => {
      runView.incidents.push({
        time,
        text: `slot ${data.slot} was lost${data.why === undefined ? "" : `: ${data.why}`}`,
      });
      runView.activity = "waiting for a slot";
    }),
    "job.failed": on(z.looseObject({ t: z.number().int(), error: errorText.nullish() }), (runView, data, { time }) => {
      roundAt(runView, data.t, time).errors.push(data.error?.message ?? "the program failed");
    }),
    failed: on(
      z.looseObject({ t: z.number().int().optional(), error: errorText.nullish() }),
      (runView, data, { time, role }) => {
        const text = `${role}: ${data.error?.message ?? "failed"}`;
        if (data.t === undefined) runView.incidents.push({ time, text });
        else roundAt(runView, data.t, time).errors.push(text);
      },
    ),
  }),
);

/** Takes the next event into the runView. Events come in order; unknown types are passed over. */
export function addEvent(runView: RunView, event: TapeEvent): void {
  runView.run = event.run;
  runView.startedAt ??= event.time;
  runView.lastAt = event.time;
  projections.get(event.type)?.(runView, event);
}
