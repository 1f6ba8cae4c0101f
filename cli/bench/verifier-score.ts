import type { Feedback, Usage } from "../../machines/domain/index.ts";
import { type Claim, isRight, type Named } from "./claims.ts";
import { type PairAnswer, type PairScore, scorePairs } from "./pairs.ts";
import { type Kind, kinds, type Perturbation } from "./perturb.ts";

/** One judgement of one perturbed scene. */
export interface Judged {
  seed: number;
  truth: Perturbation;
  /** The scene's things. */
  names: readonly string[];
  /** Photometric loss of the render against the target: how much there is to see. */
  pl: number;
  claims: Claim[];
  named: Named;
  feedback: Feedback;
  /** What it said of the render beside one of the target's own scene; null: nothing differs, or it compares no pairs. */
  pair: PairAnswer | null;
  seconds: number;
}

export interface KindScore {
  kind: Kind;
  scenes: number;
  /** Scenes about which it said anything. */
  spoke: number;
  named: number;
  first: number;
  kindNamed: number;
  /** Right of those asked; null: not asked of this kind. */
  place: [number, number] | null;
  direction: [number, number] | null;
  amount: [number, number] | null;
}

export interface VerifierScore {
  player: string;
  scenes: number;
  kinds: KindScore[];
  /** Part of the scenes with a difference about which it named it. */
  recall: number | null;
  /** Part of its claims that are about what really differs; one about an equal pair never is. */
  precision: number | null;
  /** Part of the equal pairs about which it said nothing. */
  silence: number | null;
  /** Precision of its critical, major and minor claims. */
  byLevel: Record<Claim["level"], { claims: number; right: number }>;
  /** Spearman's rank correlation of its similarity with -PL: 1 where what differs more is called less alike. */
  calibration: number | null;
  /** Pairs in both orders; null: the player compares none. */
  pairs: PairScore | null;
  seconds: number;
  usage: Usage;
}

const part = (count: number, of: number) => (of === 0 ? null : count / of);

function asked(judged: readonly Judged[], what: "place" | "direction" | "amount"): [number, number] | null {
  const answers = judged.flatMap(({ named }) => named[what] ?? []);
  return answers.length === 0 ? null : [answers.filter(Boolean).length, answers.length];
}

/** Ranks from 1, equal values the mean of theirs. */
function ranks(values: readonly number[]): number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const equal = values.filter((other) => other === value).length;
    return below + (equal + 1) / 2;
  });
}

/** Spearman's rank correlation; null where one side does not vary. */
export function rankCorrelation(a: readonly number[], b: readonly number[]): number | null {
  const [x, y] = [ranks(a), ranks(b)];
  const middle = (a.length + 1) / 2;
  let [both, one, other] = [0, 0, 0];
  for (const [index, rank] of x.entries()) {
    both += (rank - middle) * (y[index]! - middle);
    one += (rank - middle) ** 2;
    other += (y[index]! - middle) ** 2;
  }
  return one === 0 || other === 0 ? null : both / Math.sqrt(one * other);
}

/** Sums up what a player named of what it was shown. */
export function scoreVerifier(player: string, judged: readonly Judged[], usage: Usage): VerifierScore {
  const different = judged.filter(({ truth }) => truth.kind !== "nothing");
  const equal = judged.filter(({ truth }) => truth.kind === "nothing");
  const claims = judged.flatMap((one) =>
    one.claims.map((claim) => ({ level: claim.level, right: isRight(claim, one.truth, one.names) })),
  );
  const level = (name: Claim["level"]) => {
    const of = claims.filter((claim) => claim.level === name);
    return { claims: of.length, right: of.filter(({ right }) => right).length };
  };
  const rated = judged.filter(({ feedback }) => feedback.overall_similarity !== undefined);
  return {
    player,
    scenes: judged.length,
    kinds: kinds.map((kind) => {
      const of = judged.filter(({ truth }) => truth.kind === kind);
      return {
        kind,
        scenes: of.length,
        spoke: of.filter((one) => one.claims.length > 0).length,
        named: of.filter(({ named }) => named.difference).length,
        first: of.filter(({ named }) => named.first).length,
        kindNamed: of.filter(({ named }) => named.kind).length,
        place: asked(of, "place"),
        direction: asked(of, "direction"),
        amount: asked(of, "amount"),
      };
    }),
    recall: part(different.filter(({ named }) => named.difference).length, different.length),
    precision: part(claims.filter(({ right }) => right).length, claims.length),
    silence: part(equal.filter((one) => one.claims.length === 0).length, equal.length),
    byLevel: { critical: level("critical"), major: level("major"), minor: level("minor") },
    calibration: rankCorrelation(
      rated.map(({ feedback }) => feedback.overall_similarity ?? 0),
      rated.map(({ pl }) => -pl),
    ),
    pairs: scorePairs(judged.map(({ pair }) => pair)),
    seconds: judged.reduce((sum, one) => sum + one.seconds, 0),
    usage,
  };
}
