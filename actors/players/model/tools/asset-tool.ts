import sharp from "sharp";
import { z } from "zod";
import { boxOf } from "../../../../bridge/assets/cutout/box-of.ts";
import { cutOut } from "../../../../bridge/assets/cutout/cut-out.ts";
import { keepAsset } from "../../../../bridge/assets/keep.ts";
import { type AskedAsset, obtainAsset, type Shown, type Source } from "../../../../bridge/assets/obtain.ts";
import { assetCache } from "../../../../bridge/assets/records.ts";
import { assetRoots, assetSettings, madeAssets } from "../../../../bridge/assets/roots.ts";
import { type FoundAsset, type Inspect, inspection } from "../../../../bridge/assets/search.ts";
import { toVigaError, VigaError } from "../../../../config/errors.ts";
import type { PinnedAsset, RunSpec } from "../../../../machines/domain/index.ts";
import type { PlayerIO } from "../../player.ts";
import { answerText, serviceTool } from "./definitions.ts";
import { bounded, type OfferedTool, type ToolTurn } from "./tool.ts";

const name = "get_better_assets";

const asked = z.object({
  object_name: z.string(),
  object_description: z.string().optional(),
  reference_type: z.enum(["text", "image"]).default("text"),
  rig_and_animate: z.boolean().default(false),
  action_description: z.string().optional(),
  make: z.boolean().default(false),
  box: z.object({ left: z.number(), top: z.number(), right: z.number(), bottom: z.number() }).optional(),
});

/** A path that a program may come to load, and whether it is kept in sight although none does. */
export interface OfferedAsset extends PinnedAsset {
  made: boolean;
}

/** Imports files on the slot, in the sandbox, as a program would. */
function inspecting(io: PlayerIO): Inspect {
  return async (files) => {
    const args = { files: [...files] };
    const reply = await io.job({ op: "call", name: "inspect_assets", args, files: ["asset-*.png"] });
    if (!reply.ok) throw new VigaError("engine_failed", reply.error?.message ?? "the engine gave no reason");
    return { answer: inspection.parse(reply.result), picture: (file) => io.bytes(reply.files[file] ?? "") };
  };
}

/** The thing in the first target, by the box that is given or that the target's description has. */
async function shownIn(io: PlayerIO, analysis: string | null, { object_name, box }: AskedAsset): Promise<Shown> {
  const [target] = io.task.targets;
  if (target === undefined) return { why: "there is no target picture to cut it out of" };
  const picture = await sharp(await io.bytes(target.image))
    .png()
    .toBuffer();
  const place = box ?? boxOf(object_name, analysis);
  if (place === null) return { scene: { picture }, uncut: "nobody said where it is: give its box" };
  const found = await cutOut(picture, place);
  const scene = { picture, box: place };
  return "why" in found ? { scene, uncut: found.why } : { scene, picture: found.png };
}

function sourceOf(spec: RunSpec, analysis: string | null, { io, call, t }: ToolTurn): Source {
  return {
    roots: assetRoots(spec),
    services: assetSettings(spec).services,
    cache: assetCache(),
    inspect: inspecting(io),
    env: process.env,
    signal: io.signal,
    progress: (text, fraction) => io.note("progress", { t, text, fraction }),
    once: (make) => io.once(`asset/${call}`, make),
    picture: (wanted) => shownIn(io, analysis, wanted),
    keep: ({ path }, thing) => keepAsset(path, thing, madeAssets(spec.out)),
  };
}

/**
 * The generator's way to models of things: the run's libraries are searched and, where a service is configured, one makes
 * what they lack. What fits is tried in the sandbox.
 *
 * @param analysis the target as a viewer described it
 * @param offered told of every path that an answer names
 */
export function assetTool(spec: RunSpec, analysis: string | null, offered: (asset: OfferedAsset) => void): OfferedTool {
  return serviceTool(name, "generator", async (args, turn) => {
    const source = sourceOf(spec, analysis, turn);
    if (source.roots.length === 0 && source.services.length === 0) {
      return {
        kind: "refused",
        text: "This run has no library of assets, so there is nothing to choose from. Build a simple stand-in and go on.",
      };
    }
    try {
      const wanted = asked.parse(args);
      const { sheet, made, cutOut: shown, ...found } = await obtainAsset(wanted, source);
      if (made !== undefined) turn.io.note("asset.made", { t: turn.t, name: wanted.object_name, ...made });
      for (const one of found.found) {
        offered({ name: wanted.object_name, path: one.path, about: aboutOf(one), made: one.path === made?.path });
      }
      const text = bounded(answerText(name, "generator", found));
      const images = [...picture("assets", sheet), ...picture("cut out of the target", shown ?? null)];
      return { kind: "answer", text, ...(images.length === 0 ? {} : { images }) };
    } catch (error) {
      const known = toVigaError(error);
      if (known.code === "interrupted") throw known;
      const hint = known.hint === undefined ? "" : ` (${known.hint})`;
      return { kind: "refused", text: `${name} failed: ${known.message}${hint}. Build a simple stand-in and go on.` };
    }
  });
}

const picture = (label: string, bytes: Buffer | null) =>
  bytes === null ? [] : [{ type: "image" as const, bytes, media: "image/png" as const, label }];

function aboutOf({ size, metres, animations = [] }: FoundAsset): string {
  return [
    ...(size === undefined ? [] : [`${size.join(" x ")} in its own units`]),
    ...(metres === undefined ? [] : [`really ${metres} m`]),
    ...(animations.length === 0 ? [] : [`moves: ${animations.join(", ")}`]),
  ].join(", ");
}

/** What of it stays in sight: what was made, which cost money, and what the program loads. */
export function pinnedOf(offered: readonly OfferedAsset[], code: string): PinnedAsset[] {
  const kept = offered.filter(({ made, path }) => made || code.includes(path));
  const last = new Map(kept.map(({ made: _, ...asset }) => [asset.path, asset]));
  return [...last.values()];
}
