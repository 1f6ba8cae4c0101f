import { z } from "zod";
import type { PlayerIO, VerifierPlayer } from "../../actors/players/player.ts";
import type { State } from "../../machines/domain/index.ts";

/** What a judge said of two renders, one of which is the target's own scene, asked in both orders. */
export interface PairAnswer {
  /** Which it prefers in both orders; null: neither. */
  preferred: "equal" | "different" | null;
  /** Its two answers do not agree: they turn with the order in which the renders are shown. */
  orderEffect: boolean;
}

/** Pairs of a bench: preferences count only where both orders agree. */
export interface PairScore {
  pairs: number;
  right: number;
  wrong: number;
  /** Both orders: no render is nearer. */
  undecided: number;
  orderEffect: number;
}

const compared = z.looseObject({ orders: z.tuple([z.string(), z.string()]), order_effect: z.boolean() });

/** Asks a judge which of two states is nearer to the target; null for a player that compares none. */
export async function askPair(
  player: VerifierPlayer,
  { equal, different }: { equal: State; different: State },
  io: PlayerIO,
): Promise<PairAnswer | null> {
  if (player.choose === undefined) return null;
  const answers: PairAnswer[] = [];
  const note: PlayerIO["note"] = (type, data) => {
    if (type !== "candidates.compared") return;
    const { orders, order_effect: orderEffect } = compared.parse(data);
    // In the first order the equal one stood first.
    const preferred = orders[0] === "first" ? "equal" : orders[0] === "second" ? "different" : null;
    answers.push({ preferred: orderEffect ? null : preferred, orderEffect });
  };
  await player.choose([equal, different], [null, null], { ...io, note });
  return answers[0] ?? null;
}

export function scorePairs(answers: readonly (PairAnswer | null)[]): PairScore | null {
  const asked = answers.filter((answer) => answer !== null);
  if (asked.length === 0) return null;
  const count = (is: (answer: PairAnswer) => boolean) => asked.filter(is).length;
  return {
    pairs: asked.length,
    right: count(({ preferred }) => preferred === "equal"),
    wrong: count(({ preferred }) => preferred === "different"),
    undecided: count(({ preferred, orderEffect }) => preferred === null && !orderEffect),
    orderEffect: count(({ orderEffect }) => orderEffect),
  };
}
