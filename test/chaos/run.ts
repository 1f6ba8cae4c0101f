import { rm } from "node:fs/promises";
import { Command } from "commander";
import { exitOnFlags } from "../../cli/exit.ts";
import { whole } from "../../cli/numbers.ts";
import { type Disturbed, disturbedRun, type Killed, underWay } from "./disturbed.ts";
import { type Violation, violationsOf } from "./invariants.ts";
import { longRounds, planRun, randomOf } from "./plan.ts";
import { kill, targets } from "./processes.ts";

/**
 * `npm run chaos -- [--kills N] [--seed S] [--json]`: kills a run's processes at scripted and random points and checks
 * every invariant against an undisturbed run. Exit 1 on any violation.
 */
const flags = new Command("chaos")
  .description("kills a run's processes at scripted and random points and checks every invariant")
  .option("--kills <N>", "how many kills, at least", whole(1), 200)
  .option("--seed <N>", "another seed, other moments", whole(0), 1)
  .option("--json", "everything that was measured, as JSON")
  .option("--keep", "keep the output folders")
  .exitOverride(exitOnFlags)
  .parse()
  .opts<{ kills: number; seed: number; json?: boolean; keep?: boolean }>();
const { kills: wanted, seed } = flags;

/** More than any recovery took on two quiet cores; see the table in docs/chaos.md. */
const recoveryLimitMs = 15_000;

interface Result {
  run: number;
  kills: Killed[];
  violations: Violation[];
  seconds: number;
}

const say = (line: string) => process.stderr.write(`${line}\n`);
const began = Date.now();
process.once("SIGINT", () => void stop());
process.once("SIGTERM", () => void stop());
const undisturbed = await disturbedRun([], { rounds: longRounds });
const wrong = violationsOf(undisturbed.evidence, undisturbed.evidence);
if (wrong.length > 0) {
  say(undisturbed.output);
  say(
    `the undisturbed run itself is wrong: ${wrong.map(({ invariant, detail }) => `${invariant}: ${detail}`).join("; ")}`,
  );
  process.exit(1);
}
say(`undisturbed: ${undisturbed.evidence.events.length} events in ${undisturbed.seconds.toFixed(1)} s`);

const results: Result[] = [];
let count = 0;
for (let run = 1; count < wanted; run++) {
  const random = randomOf(seed * 100_003 + run);
  const disturbed = await disturbedRun(planRun(run - 1, random), { keep: flags.keep ?? false, rounds: longRounds });
  const violations = violationsOf(disturbed.evidence, undisturbed.evidence, recoveryLimitMs);
  count += disturbed.kills.filter(({ hit }) => hit).length;
  results.push({ run, kills: disturbed.kills, violations, seconds: disturbed.seconds });
  tell(run, disturbed, violations);
}

const violated = results.flatMap(({ violations }) => violations).length;
const minutes = (Date.now() - began) / 60_000;
if (flags.json) {
  process.stdout.write(`${JSON.stringify({ schema: 1, seed, kills: count, minutes, violated, results })}\n`);
} else {
  process.stdout.write(`${table(results)}\n\n`);
  process.stdout.write(
    `${count} kills in ${results.length} runs, ${minutes.toFixed(1)} min, seed ${seed}: ${violated} violations\n`,
  );
}
process.exit(violated > 0 ? 1 : 0);

async function stop(): Promise<void> {
  for (const base of underWay) {
    await kill("everything", base);
    await rm(base, { recursive: true, force: true });
  }
  process.exit(130);
}

function tell(run: number, { kills, seconds, output, base }: Disturbed, violations: readonly Violation[]): void {
  const words = kills.map(({ target, after, delay, hit, recovery }) => {
    const at = `${after.type}${after.t === null ? "" : ` ${after.t}`}${delay > 0 ? ` + ${delay} ms` : ""}`;
    return `${target} (${at}) ${hit ? `${((recovery ?? 0) / 1000).toFixed(1)} s` : "missed"}`;
  });
  say(`${count}/${wanted}  run ${run}  ${seconds.toFixed(1)} s  ${words.join(", ")}`);
  if (violations.length === 0) return;
  for (const { invariant, detail } of violations) say(`  VIOLATED ${invariant}: ${detail}`);
  say(`  in ${base}\n${output.replaceAll(/^/gm, "  | ")}`);
}

/** A row per target: kills, violations by invariant, recovery times. */
function table(all: readonly Result[]): string {
  const rows = targets.map((target) => {
    const of = all.flatMap(({ kills, violations }) =>
      kills.filter((one) => one.hit && one.target === target).map((one) => ({ kill: one, violations })),
    );
    const broken = [...new Set(of.flatMap(({ violations }) => violations.map(({ invariant }) => invariant)))];
    const times = of
      .flatMap(({ kill }) => (kill.recovery === null ? [] : [kill.recovery / 1000]))
      .sort((a, b) => a - b);
    const at = (part: number) => times[Math.min(times.length - 1, Math.floor(part * times.length))]?.toFixed(1) ?? "-";
    return `| ${target} | ${of.length} | ${broken.join(", ") || "none"} | ${at(0.5)} | ${at(0.9)} | ${at(1)} |`;
  });
  return [
    "| killed | times | violated | recovery, median s | 90 % s | worst s |",
    "|---|---|---|---|---|---|",
    ...rows,
  ].join("\n");
}
