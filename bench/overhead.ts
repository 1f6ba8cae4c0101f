import { silentFeedback } from "../test/harness/players.ts";
import { testRing } from "../test/harness/ring.ts";
import { stubEngine } from "../test/harness/stub-engine.ts";

/**
 * Runtime overhead per round: wall time from one round to the next, less the time inside the engine and the players. Real
 * nats-server, every role an actor with its mailbox, commits and tape; the engine writes one small picture.
 * Usage: npm run bench -- overhead
 */
const rounds = 60;

const spent: number[] = [];
const clock = async <T>(work: () => Promise<T>): Promise<T> => {
  const from = performance.now();
  try {
    return await work();
  } finally {
    spent.push(performance.now() - from);
  }
};

export async function overhead(): Promise<string> {
  const ring = await testRing((spec) => ({
    ...spec,
    memory: {
      ...spec.memory,
      window: 12,
      stop: { ...spec.memory.stop, max_rounds: rounds, plateau: { patience: 1000, min_gain: 0 } },
    },
  }));
  const engine = stubEngine();
  const run = engine.run.bind(engine);
  engine.run = (request) => clock(() => run(request));
  ring.start({
    slots: { cpu: engine },
    players: {
      generator: {
        name: "counter",
        write: (context) =>
          clock(async () => ({
            type: "programs",
            candidates: [{ thought: "next", code_diff: "", code: String(200 - context.t) }],
          })),
      },
      verifier: { name: "quiet", judge: () => clock(async () => silentFeedback) },
    },
  });
  await ring.begin();
  await ring.finished();
  const times = ring.events.filter((event) => event.type === "round").map((event) => Date.parse(event.time));
  // Each round has three timed parts, in order: write (none in round 0), run, judge.
  const inside = (t: number) => spent.slice(t * 3 - 1, t * 3 + 2).reduce((sum, value) => sum + value, 0);
  const each = times
    .slice(1)
    .map((at, index) => at - (times[index] ?? at) - inside(index + 1))
    .sort((a, b) => a - b);
  await ring.close();
  const at = (share: number) => (each[Math.floor(share * (each.length - 1))] ?? 0).toFixed(1);
  return [
    "| runtime overhead per round | rounds | median ms | 90 % ms | worst ms |",
    "|---|---|---|---|---|",
    `| mailboxes, commits, tape, job queue, measuring | ${each.length} | ${at(0.5)} | ${at(0.9)} | ${at(1)} |`,
  ].join("\n");
}
