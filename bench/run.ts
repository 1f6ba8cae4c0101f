import { fail } from "../cli/exit.ts";

/**
 * `npm run bench [-- NAME...]`: prints the tables that docs/benchmarks.md keeps. `npm run bench -- solver [FLAGS]`,
 * `-- refine FLAGS` and `-- viewpoint [PART...]` take minutes to an hour for all they do, so they run only when they are asked for.
 */
const benches: Record<string, () => Promise<string>> = {
  engine: async () => (await import("./engine.ts")).engine(),
  throughput: async () => (await import("./throughput.ts")).throughput(),
  overhead: async () => (await import("./overhead.ts")).overhead(),
  soak: async () => (await import("./soak.ts")).soak(),
  pages: async () => (await import("./pages.ts")).pages(),
  slides: async () => (await import("./slides.ts")).slides(),
  pl: async () => (await import("./pl.ts")).plCost(),
  lotion: async () => (await import("./lotion.ts")).lotion(),
  window: async () => (await import("./window.ts")).windowCost(),
  vllm: async () => (await import("./vllm.ts")).vllmTable(),
  "page-scores": async () => (await import("./page-scores.ts")).pageScores(),
  "page-speed": async () => (await import("./page-scores.ts")).pageSpeed(),
  "page-clip": async () => (await import("./clip-part.ts")).clipPartCost(),
};

const [first = "", ...rest] = process.argv.slice(2);
/** These take flags, and too long to run unasked. */
const asked: Record<string, (args: readonly string[]) => Promise<string>> = {
  solver: async (args) => (await import("./solver.ts")).solver(args),
  viewpoint: async (args) => (await import("./viewpoint.ts")).viewpoint(args),
  refine: async (args) => (await import("./refine.ts")).refine(args),
};
if (Object.hasOwn(asked, first)) {
  await print(first, () => asked[first]!(rest));
} else {
  const names = first === "" ? Object.keys(benches) : [first, ...rest];
  const unknown = names.filter((name) => !Object.hasOwn(benches, name));
  if (unknown.length > 0) {
    const known = [...Object.keys(benches), ...Object.keys(asked)].join(", ");
    process.stderr.write(`no benchmark ${unknown.join(", ")}; there are ${known}\n`);
    process.exit(2);
  }
  for (const name of names) await print(name, benches[name]!);
}
// A benchmark that was stopped half-way may have left something open.
process.exit();

/** Prints a benchmark's table; one that cannot be made here does not keep the others from theirs. */
async function print(name: string, bench: () => Promise<string>): Promise<void> {
  try {
    process.stdout.write(`\n## ${name}\n\n${await bench()}\n`);
  } catch (thrown) {
    fail(thrown);
  }
}
