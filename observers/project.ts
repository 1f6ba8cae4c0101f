import { z } from "zod";
import {
  artifactRef,
  feedback,
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
import { type RunStory, roundAt } from "./run-view.ts";

const errorText = z.object({ message: z.string(), hint: z.string().optional() });
const finalPictures = z.object({
  t: z.number().int().nonnegative(),
  state,
  measures: measures.nullable(),
  saved: artifactRef.nullable().default(null),
});

type Teller = (story: RunStory, event: TapeEvent) => void;

/** A teller that reads an event's data first. Data that does not fit becomes an incident: the story goes on without it. */
function on<T>(shape: z.ZodType<T>, tell: (story: RunStory, data: T, event: TapeEvent) => void): Teller {
  return (story, event) => {
    const parsed = shape.safeParse(event.data);
    if (parsed.success) {
      tell(story, parsed.data, event);
      return;
    }
    const issue = parsed.error.issues[0];
    const where = `event ${event.seq} (${event.role}/${event.type})`;
    const text = `${where} cannot be read: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`;
    story.incidents.push({ time: event.time, text });
  };
}

/** The events a story is made of. Everything else on a tape is for others. */
const tellers = new Map<string, Teller>(
  Object.entries({
    "run.started": on(z.looseObject({ task }), (story, { task: started, ...facts }) => {
      story.task = started;
      story.facts = facts;
      story.activity = "waiting for a slot";
    }),
    context: on(
      z.object({ t: z.number().int(), from: z.number().int().nullish(), note: z.string().nullish() }),
      (story, { t, from, note }, { time }) => {
        const at = roundAt(story, t, time);
        at.from = from ?? null;
        at.note = note ?? null;
        story.activity = "writing a program";
      },
    ),
    writing: on(z.object({ t: z.number().int() }), (story, { t }, { time }) => {
      roundAt(story, t, time);
      story.activity = "writing a program";
    }),
    "program.proposed": on(z.object({ program }), (story, { program: proposed }, { time }) => {
      roundAt(story, proposed.t, time).programs[proposed.candidate] = proposed;
      story.progress = null;
    }),
    executing: on(
      z.object({ t: z.number().int(), candidates: z.number().int() }),
      (story, { t, candidates }, { time }) => {
        roundAt(story, t, time);
        story.activity = candidates > 1 ? `rendering ${candidates} candidates` : "rendering";
      },
    ),
    state: on(z.object({ state }), (story, { state: made }, { time }) => {
      roundAt(story, made.t, time).states[made.candidate] = made;
      story.activity = made.ok ? "looking at the render" : "the program failed";
    }),
    measured: on(z.object({ t: z.number().int() }), (story) => {
      story.activity = "judging the render";
    }),
    feedback: on(
      z.object({ t: z.number().int(), measures: measures.nullable(), feedback: feedback.nullable() }),
      (story, data, { time }) => {
        const at = roundAt(story, data.t, time);
        at.feedback = data.feedback;
        at.measures = data.measures;
        story.progress = null;
      },
    ),
    round: on(
      z.object({
        round,
        best_t: z.number().int().nullable(),
        loss: z.number().nullable(),
        best_loss: z.number().nullish(),
        usage: usage.optional(),
      }),
      (story, data, { time }) => {
        const at = roundAt(story, data.round.t, time);
        at.round = data.round;
        at.loss = data.loss;
        at.endedAt = time;
        at.measures = data.round.measures;
        at.feedback = data.round.feedback ?? at.feedback;
        story.bestT = data.best_t;
        story.bestLoss =
          data.best_loss ?? (data.best_t === null ? null : (story.rounds.get(data.best_t)?.loss ?? null));
        if (data.usage !== undefined) story.usage = data.usage;
        story.activity = "deciding";
        story.progress = null;
      },
    ),
    stopped: on(
      z.object({ reason: z.string(), best_t: z.number().int().nullable(), usage: usage.optional() }),
      (story, data) => {
        story.stopReason = data.reason;
        story.bestT = data.best_t;
        if (data.usage !== undefined) story.usage = data.usage;
        story.activity = "making the final pictures";
        story.progress = null;
      },
    ),
    progress: on(
      z.object({
        text: z.string().optional(),
        step: z.string().optional(),
        stage: z.number().optional(),
        renders: z.number().optional(),
        fraction: z.number().nullish(),
        loss: z.number().nullish(),
      }),
      (story, { text, step, stage, renders, fraction, loss }) => {
        const parts = [
          ...(stage === undefined ? [] : [`stage ${stage}`]),
          ...(step === undefined ? [] : [step]),
          ...(renders === undefined ? [] : [`${renders} renders`]),
        ];
        story.progress = { text: text ?? parts.join(", "), fraction: fraction ?? null, loss: loss ?? null };
      },
    ),
    final: on(z.object({ best: finalPictures, start: finalPictures.nullable() }), (story, data) => {
      story.final = data;
    }),
    "run.finished": on(
      z.object({
        status: z.enum(["done", "failed", "interrupted"]),
        reason: z.string(),
        best_t: z.number().int().nullable(),
        error: errorText.nullish(),
        usage: usage.nullish(),
      }),
      (story, data) => {
        story.status = data.status;
        story.stopReason = data.reason;
        story.bestT = data.best_t ?? story.bestT;
        story.error = data.error ? `${data.error.message}${data.error.hint ? ` (${data.error.hint})` : ""}` : null;
        if (data.usage) story.usage = data.usage;
        story.activity = data.status;
        story.progress = null;
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
      (story, { key, calls, tokens, usd }, { role, id }) => {
        // A call that a later incarnation took from the tape is noted again, and was paid once.
        const mark = `${role}/${key ?? id}`;
        if (story.paid.has(mark)) return;
        story.paid.add(mark);
        const more = {
          calls: calls ?? 1,
          input_tokens: tokens?.input,
          output_tokens: tokens?.output,
          cached_tokens: tokens?.cached,
          reasoning_tokens: tokens?.reasoning,
          usd,
        };
        story.calls.set(role, sumUsage(story.calls.get(role) ?? noUsage, more));
      },
    ),
    "call.unknown": on(z.object({ key: z.string() }), (story, { key }, { time, role }) => {
      story.incidents.push({
        time,
        text: `${role}: nobody knows whether call ${key} was carried out; it was made again`,
      });
    }),
    "candidate.failed": on(z.object({ error: errorText }), (story, { error }, { time, role }) => {
      story.incidents.push({ time, text: `${role}: a candidate failed: ${error.message}` });
    }),
    "role.restarted": on(z.object({ role: z.string(), reason: z.string() }), (story, data, { time }) => {
      story.incidents.push({ time, text: `${data.role} was restarted: ${data.reason}` });
    }),
    "slot.lost": on(z.looseObject({ slot: z.string(), why: z.string().optional() }), (story, data, { time }) => {
      story.incidents.push({
        time,
        text: `slot ${data.slot} was lost${data.why === undefined ? "" : `: ${data.why}`}`,
      });
      story.activity = "waiting for a slot";
    }),
    "job.failed": on(z.looseObject({ t: z.number().int(), error: errorText.nullish() }), (story, data, { time }) => {
      roundAt(story, data.t, time).errors.push(data.error?.message ?? "the program failed");
    }),
    failed: on(
      z.looseObject({ t: z.number().int().optional(), error: errorText.nullish() }),
      (story, data, { time, role }) => {
        const text = `${role}: ${data.error?.message ?? "failed"}`;
        if (data.t === undefined) story.incidents.push({ time, text });
        else roundAt(story, data.t, time).errors.push(text);
      },
    ),
  }),
);

/** Takes the next event into the story. Events come in order; unknown types are passed over. */
export function addEvent(story: RunStory, event: TapeEvent): void {
  story.run = event.run;
  story.startedAt ??= event.time;
  story.lastAt = event.time;
  tellers.get(event.type)?.(story, event);
}
