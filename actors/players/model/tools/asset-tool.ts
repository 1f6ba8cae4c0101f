import { assetCache } from "../../../../bridge/assets/records.ts";
import { assetRoots } from "../../../../bridge/assets/roots.ts";
import { type Inspect, inspection, searchAssets } from "../../../../bridge/assets/search.ts";
import { toVigaError, VigaError } from "../../../../config/errors.ts";
import type { RunSpec } from "../../../../machines/domain/index.ts";
import type { PlayerIO } from "../../player.ts";
import { answerText, serviceTool } from "./definitions.ts";
import { bounded, type OfferedTool } from "./tool.ts";

const name = "get_better_assets";

/** Imports files on the slot, in the sandbox, as a program would. */
function inspecting(io: PlayerIO): Inspect {
  return async (files) => {
    const reply = await io.job({
      op: "call",
      name: "inspect_assets",
      args: { files: [...files] },
      files: ["asset-*.png"],
    });
    if (!reply.ok) throw new VigaError("engine_failed", reply.error?.message ?? "the engine gave no reason");
    return { answer: inspection.parse(reply.result), picture: (file) => io.bytes(reply.files[file] ?? "") };
  };
}

/** The generator's way to models of things: the run's libraries are searched, and what fits is tried in the sandbox. */
export function assetTool(spec: RunSpec): OfferedTool {
  return serviceTool(name, "generator", async (args, { io }) => {
    const { object_name, object_description } = args as { object_name: string; object_description?: string };
    const roots = assetRoots(spec);
    if (roots.length === 0) {
      return {
        kind: "refused",
        text: "This run has no library of assets, so there is nothing to choose from. Build a simple stand-in and go on.",
      };
    }
    try {
      const asked = { roots, name: object_name, about: object_description };
      const { sheet, ...found } = await searchAssets(asked, inspecting(io), assetCache());
      const images =
        sheet === null ? [] : [{ type: "image" as const, bytes: sheet, media: "image/png" as const, label: "assets" }];
      const text = bounded(answerText(name, "generator", found));
      return { kind: "answer", text, ...(images.length === 0 ? {} : { images }) };
    } catch (error) {
      const known = toVigaError(error);
      if (known.code === "interrupted") throw known;
      return { kind: "refused", text: `${name} failed: ${known.message}. Build a simple stand-in and go on.` };
    }
  });
}
