import { z } from "zod";
import { artifactRef } from "../artifact.ts";
import { errorData } from "../error.ts";
import { measurement, measures } from "../measures.ts";
import { memoryOptions } from "../run-spec.ts";
import { state } from "../state.ts";
import { task } from "../task.ts";
import { usage } from "../usage.ts";
import { event, t } from "./event.ts";
import * as sample from "./samples.ts";

const finalPictures = z.object({
  t,
  state,
  measures: measures.nullable(),
  /** The saved scene, deck or page. */
  saved: artifactRef.nullable(),
});

/** A run from its beginning to its end: the supervisor's events, and those of control. */
export const runEvents = {
  "run.started": event(
    "supervisor",
    "The run begins: its task, how it is measured, who plays what, the whole configuration without secrets.",
    {
      task,
      mode: z.string(),
      out: z.string(),
      measurement,
      output: z.string(),
      code_ending: z.string(),
      players: z.object({ generator: z.string(), verifier: z.string() }),
      config: z.record(z.string(), z.unknown()),
    },
    {
      task: sample.task,
      mode: "blendergym",
      out: "/home/me/output/blendergym/20260102-030405/lighting",
      measurement: sample.measurement,
      output: "blender_file.blend",
      code_ending: "py",
      players: { generator: "solver", verifier: "pixels" },
      config: { candidates: 1 },
    },
  ),
  "lease.granted": event(
    "supervisor",
    "A slot holds the run's scene from now on; a higher epoch than ever before.",
    { slot: z.string(), epoch: z.number().int().positive() },
    { slot: "cpu", epoch: 1 },
  ),
  "slot.lost": event(
    "supervisor",
    "The slot fell silent or its engine does not answer; another is asked for.",
    { slot: z.string(), why: z.string() },
    { slot: "gpu0", why: "no heartbeat for 6 s" },
  ),
  "role.restarted": event(
    "supervisor",
    "A role's process died and was started again.",
    { role: z.string(), reason: z.string() },
    { role: "verifier", reason: "no heartbeat for 5 s" },
  ),
  control: event(
    "supervisor",
    "Somebody steered the run (viga ctl); what came with the verb stands beside it.",
    { verb: z.enum(["pause", "resume", "stop", "set", "approve"]), understood: z.boolean() },
    { verb: "pause", understood: true },
  ),
  paused: event("memory", "No further round begins until `resumed`.", {}, {}),
  resumed: event("memory", "Rounds go on.", {}, {}),
  retuned: event(
    "memory",
    "The limits of the run were changed; these hold from now on.",
    { options: memoryOptions },
    {
      options: {
        window: 12,
        candidates: 1,
        analyze: false,
        stop: { max_rounds: 20, plateau: { patience: 5, min_gain: "auto" }, budget: { usd: 5 }, max_failures: 5 },
      },
    },
  ),
  stopped: event(
    "memory",
    "Memory ends the loop, and why in words. `contenders`: rounds that noise leaves equal to the best.",
    {
      reason: z.string(),
      why: z.string().nullish(),
      error: errorData.nullish(),
      best_t: t.nullable(),
      rounds: z.number().int().nonnegative(),
      contenders: z.array(t),
      usage,
    },
    {
      reason: "plateau",
      why: "5 rounds without a gain of 1 %",
      error: null,
      best_t: 4,
      rounds: 10,
      contenders: [4],
      usage: sample.usage,
    },
  ),
  "take_home.left_out": event(
    "supervisor",
    "A file for use elsewhere (scene.glb, an animation) that could not be made.",
    { t, why: z.string() },
    { t: 4, why: "this Blender writes no USD" },
  ),
  final: event(
    "supervisor",
    "Best and start at final quality; `extras` are files for use elsewhere, by name.",
    {
      best: finalPictures,
      start: finalPictures.nullable(),
      contenders: z.array(z.object({ t, loss: z.number().nullable() })),
      extras: z.record(z.string(), artifactRef),
    },
    {
      best: { t: 1, state: sample.state, measures: sample.measures, saved: sample.ref(6) },
      start: null,
      contenders: [{ t: 1, loss: 0.0031 }],
      extras: { "scene.glb": sample.ref(7) },
    },
  ),
  "run.finished": event(
    "supervisor",
    "The run is over. The last event of every run.",
    {
      status: z.enum(["done", "failed"]),
      reason: z.string(),
      error: errorData.nullish(),
      best_t: t.nullable(),
      usage: usage.nullish(),
    },
    { status: "done", reason: "plateau", error: null, best_t: 4, usage: sample.usage },
  ),
};
