import { z } from "zod";
import { assetsSchema } from "./assets.ts";
import { executorsSchema, limitsSchema } from "./executors.ts";
import { initSettings, modeNames, promptSettings } from "./modes/index.ts";
import { profileOverride } from "./profile.ts";
import { programsSchema } from "./programs.ts";
import { refineSchema } from "./refine.ts";
import { renderSchema } from "./render.ts";
import { rolesSchema, shadowSchema } from "./roles.ts";
import { skillsSchema } from "./skills.ts";
import { stopSchema } from "./stop.ts";
import { mostTargets, viewsSchema } from "./views.ts";

const path = z.string().min(1).max(4096);

/** What a run is about. A string stands for `{ dir }`. */
const taskSchema = z
  .union(
    [
      path,
      z.strictObject({
        dir: path
          .optional()
          .meta({ description: "A task folder in the mode's layout (or a file, where tasks lie flat)." }),
        text: z.string().max(65_536).optional().meta({ description: "What is asked for, in words." }),
        instruction: z.enum(["sufficient", "visual", "creative"]).optional().meta({
          description:
            "Which of a slide's instructions is given: sufficient (all details, with its pictures), visual (all details, without pictures) or creative (one line); absent: sufficient.",
        }),
        targets: z.array(path).max(mostTargets).optional().meta({
          description: "Target pictures, or folders whose pictures are taken in number order; []: use the text only.",
        }),
        start: path.optional().meta({ description: "Program to start from." }),
        start_image: path.optional().meta({
          description: "Picture of the start, where there is no program that draws it; it is shown, never measured.",
        }),
        base: path.optional().meta({ description: ".blend, deck or page that programs run on." }),
        assets: path.optional().meta({ description: "Folder (or one file) that programs may load from." }),
        views: viewsSchema
          .optional()
          .meta({ description: "Pictures to take: cameras, frames, sizes and their targets; absent: the mode's own." }),
      }),
    ],
    { error: "expected a task folder or { dir, text, instruction, targets, start, start_image, base, assets, views }" },
  )
  .meta({ description: "What the run is about." });

const busSchema = z
  .strictObject({
    url: z
      .string()
      .regex(
        /^(nats|tls):\/\/[^\s@]+$/,
        "expected nats://host:port or tls://host:port, without user or password (put those into a creds file)",
      )
      .refine((url) => URL.canParse(url), "expected a port from 1 to 65535")
      .optional()
      .meta({ description: "A NATS server to use; absent: the run starts its own." }),
    creds: path.optional().meta({ description: "NATS credentials file." }),
    keep_hours: z.number().min(0).max(87_600).optional().meta({
      description: "Hours for which that server keeps the events of finished runs; absent: 24.",
    }),
    max_bytes: z.int().min(1).optional().meta({
      description: "Bytes above which finished runs' events go earlier, the oldest first; absent: no limit.",
    }),
  })
  .superRefine(({ url, ...rest }, context) => {
    if (url !== undefined) return;
    for (const key of ["keep_hours", "max_bytes"] as const) {
      if (rest[key] === undefined) continue;
      const message = "needs bus.url: a server of the run's own keeps nothing of a finished run";
      context.addIssue({ code: "custom", path: [key], message });
    }
  });

/** viga.yaml, after the mode's defaults and the preset have been laid under it. */
export const configSchema = z.strictObject({
  mode: z.enum(modeNames).meta({ description: "What kind of task it is; absent: told from the task folder." }),
  preset: z.string().optional().meta({ description: "Preset that this file builds on; absent: offline." }),
  task: taskSchema.optional(),
  prompt: z
    .enum(promptSettings)
    .default("none")
    .meta({ description: "Prompt variant; which there are depends on the mode." }),
  init: z.enum(initSettings).default("none").meta({ description: "What a scene starts from (scene modes)." }),
  roles: rolesSchema.meta({ description: "Who plays what." }),
  skills: skillsSchema
    .default({})
    .meta({ description: "MCP servers of your own, whose tools roles may be offered. They run outside the sandbox." }),
  assets: assetsSchema.prefault({}).meta({ description: "Where models of things come from (Blender modes)." }),
  shadow: shadowSchema.prefault({}).meta({ description: "Players that listen and are recorded, but never used." }),
  refine: refineSchema
    .default("none")
    .meta({ description: "Numeric refinement of each program: none, solver, or solver with what it may move." }),
  baseline: z
    .enum(["none", "one_shot", "memoryless"])
    .default("none")
    .meta({ description: "Run as a baseline: one program only, or without memory of earlier rounds." }),
  models: z
    .record(z.string().regex(/^[^\s:]{1,100}$/, "expected a name without spaces or colons"), profileOverride)
    .default({})
    .meta({ description: "Adds to or overrides the shipped model profiles." }),
  executors: executorsSchema.meta({
    description: "One executor per slot; absent: one per GPU of CUDA_VISIBLE_DEVICES, else one on the CPU.",
  }),
  limits: limitsSchema.prefault({}).meta({ description: "Limits of one engine job." }),
  memory: z.strictObject({
    rounds: z.int().min(1).max(10_000).meta({ description: "Window L: last rounds the generator is shown." }),
  }),
  stop: stopSchema,
  candidates: z.int().min(1).max(64).default(1).meta({ description: "Programs per round; the best is kept." }),
  approve: z.enum(["never", "always", "on_error"]).default("never").meta({ description: "When a person is asked." }),
  render: renderSchema,
  seed: z.int().min(0).max(2_147_483_647).optional().meta({
    description:
      "Seed of everything random: programs, renders, the solver, models that take one; absent: 0, and none sent to models.",
  }),
  bus: busSchema.prefault({}),
  programs: programsSchema.prefault({}).meta({ description: "Where system programs are; absent: found on PATH." }),
});
export type ConfigTree = z.output<typeof configSchema>;
