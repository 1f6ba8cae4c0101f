import { z } from "zod";

const path = z.string().min(1).max(4096);
const settings = z.record(z.string(), z.unknown());

/** Written in YAML as 4 or true, shown as a label. */
const label = z
  .union([z.string().trim().min(1), z.number(), z.boolean()], { error: "expected a value's label" })
  .transform(String);
const labels = z.record(z.string(), label);

const names = z
  .union([z.string(), z.array(z.string()).min(1)], { error: "expected a name, or a list of names" })
  .transform((written) => (typeof written === "string" ? [written] : written))
  .default([]);

/** Tasks of a dataset as it lies on disk, chosen as `viga batch` does it. */
const datasetTasks = z.strictObject({
  data: path.meta({ description: "The dataset's folder." }),
  mode: z.string().optional().meta({ description: "Its mode; absent: the experiment's own." }),
  task: names.meta({ description: "Only these: a type, level, topic, setting or id." }),
  type: names,
  level: names,
  topic: names,
  setting: names,
  ids: names.meta({ description: "Only tasks of these ids." }),
});
export type DatasetTasks = z.output<typeof datasetTasks>;

const taskSource = z.union([path, datasetTasks], { error: "expected a task folder, or { data: DIR, ... }" });

const axis = z.union([z.array(z.unknown()).min(1).max(64), z.record(z.string(), settings.nullable())], {
  error: "expected a list of values for that key, or named variants that each set keys",
});

/** An experiment: roles, settings and prompts crossed, over tasks and seeds. Paths are relative to its file. */
export const experimentFile = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9_-]{0,47}$/, "expected a folder's name: 1 to 48 of a-z 0-9 _ -")
      .optional()
      .meta({ description: "Name of its folder under output/experiments; absent: the file's." }),
    title: z.string().trim().min(1).max(200).optional().meta({ description: "The question that it answers." }),
    base: path.default("offline").meta({ description: "Preset or viga.yaml that every cell builds on." }),
    set: settings.default({}).meta({ description: "Further keys of the configuration, for all cells." }),
    tasks: z
      .union([datasetTasks.transform((one) => [one]), z.array(taskSource).min(1).max(10_000)], {
        error: "expected a list of task folders, or { data: DIR, mode: M, type: T }",
      })
      .meta({ description: "Task folders, or tasks of a dataset." }),
    matrix: z
      .record(z.string().trim().min(1).max(60), axis)
      .refine((axes) => Object.keys(axes).length > 0, "expected at least one axis, like roles.verifier: [a, b]")
      .meta({ description: "Axes: a key with a list of values, or a name with named variants." }),
    exclude: z.array(labels).default([]).meta({ description: "Combinations to leave out, by their labels." }),
    repeats: z.int().min(1).max(100).optional().meta({ description: "Runs of each task in each cell: seeds 1 to n." }),
    seeds: z
      .array(z.int().min(0).max(2_147_483_647))
      .min(1)
      .max(100)
      .refine((seeds) => new Set(seeds).size === seeds.length, "names a seed twice")
      .optional()
      .meta({ description: "Seed of each run of a task in a cell." }),
    baseline: labels.optional().meta({ description: "The cell that others are compared with, by its labels." }),
    workers: z.int().min(1).max(1000).optional().meta({
      description: "Runs under way at once; 1: no run waits for another, so that times compare.",
    }),
    budget: z
      .strictObject({
        usd: z.number().positive().optional().meta({ description: "Most money for all its runs, US dollars." }),
        minutes: z.number().positive().optional().meta({ description: "Most minutes of one call." }),
      })
      .default({}),
    printed: z
      .array(
        z.strictObject({
          cell: labels.meta({ description: "The cell it belongs beside, by its labels." }),
          values: z.record(z.string().min(1), z.number()).meta({ description: "Value of each metric." }),
          source: z.string().min(1).meta({ description: "Where it is printed." }),
        }),
      )
      .default([])
      .meta({ description: "Values that others printed, shown beside what is measured." }),
  })
  .refine(({ repeats, seeds }) => repeats === undefined || seeds === undefined || seeds.length === repeats, {
    path: ["repeats"],
    message: "expected as many as there are seeds, or one of the two: repeats: 3 stands for seeds: [1, 2, 3]",
  });
/** An experiment's file, with the name it goes by. */
export type ExperimentFile = z.output<typeof experimentFile> & { name: string };
