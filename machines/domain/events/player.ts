import { z } from "zod";
import { artifactRef } from "../artifact.ts";
import { errorData } from "../error.ts";
import { refined } from "../program.ts";
import { usage } from "../usage.ts";
import { event, t } from "./event.ts";
import * as sample from "./samples.ts";

const players = ["generator", "verifier"];
const order = z.enum(["first", "second", "equal"]);
const shadow = {
  player: z.string(),
  t,
  said: z.unknown().optional(),
  error: errorData.optional(),
  usage: usage.partial(),
};

/** What players tell of their work beside their turns; for observers, never read back. */
export const playerEvents = {
  progress: event(
    ["generator", "verifier", "executor"],
    "How far somebody has come: a solver with a program's numbers, a service with a model, a slot with an animation.",
    {
      text: z.string().optional(),
      round: t.optional(),
      stage: z.number().optional(),
      step: z.string().optional(),
      renders: z.number().optional(),
      fraction: z.number().nullish(),
      loss: z.number().nullish(),
      refining: z.boolean().optional(),
      t: t.optional(),
      candidate: z.number().int().optional(),
      loss_before: z.number().nullish(),
      rough: z.boolean().optional(),
      frames: z.object({ drawn: z.number().int(), of: z.number().int().positive() }).optional(),
    },
    { round: 2, stage: 1, step: "start", loss: 0.0049, renders: 12 },
  ),
  refined: event(
    "generator",
    "What a solver made of a program that somebody else wrote.",
    { t, candidate: z.number().int().nonnegative(), refined },
    {
      t: 1,
      candidate: 0,
      refined: {
        by: "solver",
        moved: 2,
        changes: [{ line: 12, label: "key.energy", from: 100, to: 140 }],
        loss_before: 0.0049,
        loss_after: 0.0031,
        renders: 412,
        seconds: 155,
      },
    },
  ),
  "candidate.failed": event(
    "generator",
    "One of several candidates could not be written; the others go on.",
    { t, error: errorData },
    { t: 1, error: sample.error },
  ),
  "program.read": event(
    "generator",
    "How a program was read that a model did not hand in as asked.",
    { t, notes: z.array(z.string()) },
    { t: 1, notes: ["the code stood between fences, which were taken off"] },
  ),
  "evidence.left_out": event(
    "generator",
    "A measured picture that the generator is not shown.",
    { t, why: z.string() },
    { t: 1, why: "the picture cannot be read" },
  ),
  "asset.made": event(
    "generator",
    "A service made a model of a thing, or had made it before.",
    { t, name: z.string(), path: z.string(), service: z.string(), cached: z.boolean() },
    { t: 1, name: "vase", path: "/home/me/output/assets/vase.glb", service: "meshy", cached: false },
  ),
  "claims.disputed": event(
    "verifier",
    "What a verifier said and measurement contradicts.",
    { t, disputed: z.array(z.object({ claim: z.string(), evidence: z.string() })) },
    { t: 1, disputed: [{ claim: "the vase is too dark", evidence: "it is 4 % brighter than its target" }] },
  ),
  "candidates.compared": event(
    "verifier",
    "Two candidates were judged in both orders; where the judge contradicts itself the loss decides.",
    {
      best: z.number().int(),
      rival: z.number().int(),
      orders: z.array(order.or(z.string())),
      decided: z.string(),
      winner: z.enum(["best", "rival"]),
    },
    { best: 0, rival: 1, orders: ["second", "first"], decided: "by the judge", winner: "rival" },
  ),
  "verifier.calibrated": event(
    "verifier",
    "A judge's own scatter, by pairs of equal pictures: its scores, 0 to 100.",
    { noise: z.number(), min_gain: z.number(), scores: z.array(z.tuple([z.number(), z.number()])) },
    { noise: 0.012, min_gain: 0.033, scores: [[82, 84]] },
  ),
  calibrated: event("verifier", "The scatter that memory counts with.", { noise: z.number() }, { noise: 0.012 }),
  "skill.call": event(
    players,
    "A tool of a user's own server was called.",
    {
      t,
      tool: z.string(),
      ok: z.boolean(),
      characters: z.number().int(),
      images: z.array(artifactRef),
      seconds: z.number(),
      recorded: z.boolean(),
    },
    { t: 1, tool: "mytools/lookup", ok: true, characters: 120, images: [], seconds: 0.4, recorded: false },
  ),
  "shadow.program": event("generator", "What a shadow generator would have done; nothing follows from it.", shadow, {
    player: "gpt-6.1-sol",
    t: 1,
    said: { type: "end", reason: "good enough" },
    usage: sample.usage,
  }),
  "shadow.feedback": event("verifier", "What a shadow verifier would have said; nothing follows from it.", shadow, {
    player: "gpt-6.1-sol",
    t: 1,
    said: sample.feedback,
    usage: sample.usage,
  }),
};
