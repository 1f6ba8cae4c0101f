import { z } from "zod";
import type { SolverLimits, TunedKind } from "../../../config/refine.ts";
import { traceReply } from "./knobs.ts";

/** What a number moves, as "trace" tells it where `reach` was asked for: [collection, datablock, path, index]. */
const address = z.tuple([z.string(), z.string(), z.string(), z.number().int()]);
type Address = readonly [collection: string, name: string, path: string, index: number];

/** What "trace" adds where `reach` was asked for. */
const reachReply = z.object({
  /** How many knobs the program has. */
  knobs: z.number().int(),
  /** By knob, of those that rerun the program; a knob that is not named was not found out about. */
  reach: z.record(z.string(), z.array(address)),
  /** By object: the datablocks and collections that belong to it, as "collection/name". */
  belongs: z.record(z.string(), z.array(z.string())),
});

const isColour = (path: string, index: number) => index >= 0 && /(^|[._])(color|default_value)$/.test(path);

/** What kind of number a property is, by where it stands. `belongs` tells lamps and cameras from other objects. */
function kindOf([collection, name, path, index]: Address, belongs: Readonly<Record<string, string[]>>): TunedKind {
  const data = (belongs[name] ?? []).map((block) => block.slice(0, block.indexOf("/")));
  switch (collection) {
    case "lights":
    case "worlds":
    case "scenes":
      return "light";
    case "cameras":
      return "camera";
    case "materials":
    case "node_groups":
    case "textures":
    case "images":
      return isColour(path, index) ? "colour" : "material";
    case "objects":
      if (data.includes("lights")) return "light";
      if (data.includes("cameras")) return "camera";
      if (path === "color") return "colour";
      return /(location|rotation_\w+)$/.test(path) ? "place" : "size";
    case "actions":
    case "parent":
      return "place";
    default:
      return "size";
  }
}

/** A name with * and ?, which stand for any characters and for one, as a pattern; upper and lower case count. */
function glob(pattern: string): RegExp {
  const text = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${text}$`, "su");
}

/** Collections of datablocks whose names a lock may name beside objects'. */
const lockable = ["collections", "materials", "lights", "cameras", "worlds"];

/** What is locked, as "collection/name", and the patterns that match nothing. */
function lockedBlocks(
  lock: readonly string[],
  belongs: Readonly<Record<string, string[]>>,
  seen: readonly Address[],
): { blocks: Set<string>; unmatched: string[] } {
  const others = new Set([
    ...seen.map(([collection, name]) => `${collection}/${name}`),
    ...Object.values(belongs).flat(),
  ]);
  const blocks = new Set<string>();
  const unmatched = lock.filter((pattern) => {
    const matches = glob(pattern);
    const named = [...others].filter((block) => {
      const slash = block.indexOf("/");
      return lockable.includes(block.slice(0, slash)) && matches.test(block.slice(slash + 1));
    });
    const collections = new Set(named.filter((block) => block.startsWith("collections/")));
    const objects = Object.keys(belongs).filter(
      (name) => matches.test(name) || belongs[name]!.some((block) => collections.has(block)),
    );
    for (const block of named) blocks.add(block);
    for (const name of objects) {
      blocks.add(`objects/${name}`).add(`parent/${name}`);
      // The collection that holds a locked thing holds others too.
      for (const block of belongs[name]!) if (!block.startsWith("collections/")) blocks.add(block);
    }
    return named.length === 0 && objects.length === 0;
  });
  return { blocks, unmatched };
}

export interface Limited {
  /** As `trace`, with what may not move among `held` and never edited in place. */
  trace: z.output<typeof traceReply>;
  /** What was held to what, in words; null where nothing is limited. */
  words: string;
}

/**
 * A traced program with the numbers that `tune` and `lock` leave alone taken out. A number that moves several things is
 * moved only if all of them may be; one of which it is not known what it moves, or that moves nothing that was told, stays.
 */
export function limitTrace(reply: unknown, { tune, lock = [] }: SolverLimits): Limited {
  const traced = traceReply.parse(reply);
  if (!traced.ok) return { trace: traced, words: "" };
  const { knobs, reach, belongs } = reachReply.parse(reply);
  const inPlace = Object.entries(traced.in_place).map(([k, places]): [string, Address[]] => [
    k,
    places.map(([collection, name, path, index]): Address => [collection, name, path, index]),
  ]);
  const moves = new Map<string, readonly Address[]>([...Object.entries(reach), ...inPlace]);
  const { blocks, unmatched } = lockedBlocks(lock, belongs, [...moves.values()].flat());
  const held = new Set(traced.held);
  let [locked, other, unknown] = [0, 0, 0];
  for (const k of Array.from({ length: knobs }, (_, i) => i)) {
    if (held.has(k) || traced.dead.includes(k) || traced.fragile.includes(k)) continue;
    const addresses = moves.get(String(k));
    if (addresses === undefined || addresses.length === 0) unknown++;
    else if (addresses.some(([collection, name]) => blocks.has(`${collection}/${name}`))) locked++;
    else if (tune !== undefined && addresses.some((one) => !tune.includes(kindOf(one, belongs)))) other++;
    else continue;
    held.add(k);
  }
  const free = Object.entries(traced.in_place).filter(([k]) => !held.has(Number(k)));
  const numbers = (n: number) => `${n} ${n === 1 ? "number" : "numbers"}`;
  const words = [
    ...(tune === undefined ? [] : [`tuned ${tune.join(", ")} only (${numbers(other)} of other kinds left alone)`]),
    ...(lock.length === 0 ? [] : [`locked ${lock.join(", ")} (${numbers(locked)})`]),
    ...unmatched.map((pattern) => `the lock "${pattern}" matches nothing in the scene`),
    ...(unknown === 0
      ? []
      : [`${numbers(unknown)} left alone, since what ${unknown === 1 ? "it moves" : "they move"} is not known`]),
  ];
  return { trace: { ...traced, held: [...held], in_place: Object.fromEntries(free) }, words: words.join("; ") };
}
