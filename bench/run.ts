/** `npm run bench [-- NAME...]`: prints the tables that docs/benchmarks.md keeps. */
const benches: Record<string, () => Promise<string>> = {
  engine: async () => (await import("./engine.ts")).engine(),
  overhead: async () => (await import("./overhead.ts")).overhead(),
  soak: async () => (await import("./soak.ts")).soak(),
  lotion: async () => (await import("./lotion.ts")).lotion(),
  window: async () => (await import("./window.ts")).windowCost(),
};

const names = process.argv.slice(2).filter((word) => !word.startsWith("-"));
const unknown = names.filter((name) => !(name in benches));
if (unknown.length > 0) {
  process.stderr.write(`no benchmark ${unknown.join(", ")}; there are ${Object.keys(benches).join(", ")}\n`);
  process.exit(2);
}
for (const name of names.length > 0 ? names : Object.keys(benches)) {
  process.stdout.write(`\n## ${name}\n\n${await benches[name]?.()}\n`);
}
process.exit(0);
