import { existsSync } from "node:fs";
import { Command } from "commander";
import { resolveConfig } from "../../config/loader.ts";
import { plainJson } from "../../config/plain-text.ts";
import { benchVerifier } from "../bench/verifier-bench.ts";
import type { Judged, VerifierScore } from "../bench/verifier-score.ts";
import { stopSignal } from "../exit.ts";
import { whole } from "../numbers.ts";
import { print, printError } from "../print.ts";

interface Flags {
  player: string;
  seeds: number;
  from: number;
  px: number;
  samples: number;
  config?: string;
  set: string[];
  json?: boolean;
}

const collect = (value: string, all: string[]): string[] => [...all, value];
const share = (value: number | null) => (value === null ? "-" : `${(100 * value).toFixed(0)} %`);
const of = (pair: [number, number] | null) => (pair === null ? "-" : `${pair[0]}/${pair[1]}`);

function tableOf(score: VerifierScore): string {
  const rows = [
    ["difference", "scenes", "spoke", "named", "first", "kind", "place", "direction", "amount"],
    ...score.kinds.map((kind) => [
      kind.kind,
      String(kind.scenes),
      String(kind.spoke),
      ...(kind.kind === "nothing" ? ["-", "-", "-"] : [kind.named, kind.first, kind.kindNamed].map(String)),
      ...[kind.place, kind.direction, kind.amount].map(of),
    ]),
  ];
  const levels = Object.entries(score.byLevel).map(([level, { claims, right }]) => `${level} ${right}/${claims}`);
  const { calls, usd } = score.usage;
  const { pairs } = score;
  const compared =
    pairs === null
      ? []
      : [
          `which of two renders is nearer, asked in both orders: ${pairs.right} of ${pairs.pairs} right, ${pairs.wrong} wrong, ${pairs.undecided} undecided, ${pairs.orderEffect} turned with the order (order effect)`,
        ];
  return [
    ...rows.map((row, index) => `| ${row.join(" | ")} |${index === 0 ? `\n|${row.map(() => "---").join("|")}|` : ""}`),
    "",
    `${score.player}: recall ${share(score.recall)}, precision ${share(score.precision)}, silent about equal pairs ${share(score.silence)}`,
    `claims that are right by level: ${levels.join(", ")}; rank correlation of similarity and -PL ${score.calibration?.toFixed(2) ?? "-"}`,
    ...compared,
    `${(score.seconds / score.scenes).toFixed(2)} s a judgement, ${calls} calls, ${usd.toFixed(4)} usd`,
  ].join("\n");
}

function told({ seed, truth, claims, named }: Judged): string {
  const what = truth.thing === null ? truth.kind : `${truth.thing} ${truth.kind}`;
  const verdict =
    truth.kind === "nothing" ? (claims.length === 0 ? "silent" : "spoke") : named.difference ? "named" : "missed";
  return `${seed} ${what}: ${verdict}${claims[0] === undefined ? "" : `; first: ${claims[0].text}`}`;
}

/** `viga bench verifier`: what a verifier names of differences that are known. */
export function benchCommand(): Command {
  const verifier = new Command("verifier")
    .exitOverride()
    .description("show a verifier scenes with known differences, and read what it names of them")
    .option("--player <NAME>", "who is tried: pixels, or a model that sees pictures", "pixels")
    .option("--seeds <N>", "how many scenes, each with one difference of each kind and with none", whole(1, 1000), 5)
    .option("--from <SEED>", "first seed", whole(0), 0)
    .option("--px <N>", "size of the pictures", whole(64, 2048), 256)
    .option("--samples <N>", "Cycles samples of the pictures", whole(1, 4096), 16)
    .option("--config <PRESET|FILE>", "where models: are read from; default: viga.yaml, if there is one")
    .option("--set <KEY=VALUE>", "override, like models.NAME.base_url=http://host:8000/v1", collect, [])
    .option("--json", "answer as JSON, every judgement with its claims")
    .addHelpText(
      "after",
      `
Differences: a thing moved, removed, recoloured, resized or turned; the light; the camera; nothing (the same scene, drawn with
other noise). Counted: whether it speaks of what differs (named, first), of which kind it says it is, and where the picture shows
it, which way and by how much (within 30 %). A model is also asked which of two renders is nearer to the target, in both orders. docs/evaluation.md says how claims are read.

Examples:
  viga bench verifier
  viga bench verifier --player qwen3-vl-32b --seeds 3 --json`,
    )
    .action(async ({ player, seeds, from, px, samples, set, json, config: given }: Flags) => {
      const file = given ?? (existsSync("viga.yaml") ? "viga.yaml" : undefined);
      const config = resolveConfig({
        mode: "static_scene",
        sets: [...set, `roles.verifier=${player}`],
        ...(file === undefined ? {} : { config: file }),
      });
      const { verifier } = config.roles;
      // Models are asked for pairs too; whoever only measures has no order to be led by.
      const pairwise = verifier.spec.kind === "model" ? { verifier: { ...verifier, pairwise: true } } : {};
      const { score, judged } = await benchVerifier({
        config: { ...config, roles: { ...config.roles, ...pairwise } },
        seeds: Array.from({ length: seeds }, (_, index) => from + index),
        quality: { px, samples },
        signal: stopSignal(),
        onJudged: (one, done, total) => {
          if (!json) printError(`${done} of ${total}: ${told(one)}\n`);
        },
      });
      print(json ? `${plainJson({ schema: 1, ...score, judged })}\n` : `${tableOf(score)}\n`);
    });
  return new Command("bench")
    .description("measure a part of viga by inputs whose right answer is known")
    .addCommand(verifier);
}
