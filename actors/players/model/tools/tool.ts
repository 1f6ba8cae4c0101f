import type { ImagePart, ToolSpec } from "../../../../bridge/models/contract.ts";
import { VigaError } from "../../../../config/errors.ts";
import type { ToolStyle } from "../../../../config/profile.ts";
import { suggest } from "../../../../config/suggest.ts";
import type { PlayerIO, SceneRef } from "../../player.ts";

/** What a tool lets happen: an answer for the model to go on with, a refusal that says why, or the end of the turn. */
export type ToolOutcome<R> =
  | { kind: "answer"; text: string; images?: ImagePart[] }
  | { kind: "refused"; text: string }
  | { kind: "final"; result: R };

/** What a tool may use while it runs. `memory` lasts for the turn (a viewpoint tool keeps its camera there). */
export interface ToolTurn {
  io: PlayerIO;
  t: number;
  /** Names this very call, unique and stable within the turn: the key of what it pays for. */
  call: string;
  memory: Map<string, unknown>;
}

/**
 * A tool as a loop offers it. Protocol tools run inside the role, engine tools on the slot that holds the run's scene,
 * service tools with a worker of their own; the loop only sees `run`.
 */
export interface OfferedTool<R = never> {
  name: string;
  kind: "protocol" | "engine" | "service";
  /** How the model is told of it; weaker styles may get a simpler form. */
  spec(style: ToolStyle): ToolSpec;
  run(args: Record<string, unknown>, turn: ToolTurn): Promise<ToolOutcome<R>>;
}

/** What an answer hands to the next call under a key. */
const keptOf = (result: unknown, key: string): unknown =>
  typeof result === "object" && result !== null ? (result as Record<string, unknown>)[key] : undefined;

/** Characters of a tool's textual answer that a model is shown. */
const mostText = 8000;

export function bounded(text: string, most = mostText): string {
  return text.length <= most ? text : `${text.slice(0, most)}\n[${text.length - most} more characters left out]`;
}

/**
 * A tool whose work is a probe of the run's live scene, or an operation of the engine that needs none. What the probe returns becomes text, every PNG it leaves a
 * picture. A probe that fails is a refusal with the engine's own words, so that the model can correct its arguments.
 */
export function engineTool(
  spec: (style: ToolStyle) => ToolSpec,
  name: string,
  work: { action: string } | { operation: string },
  {
    scene,
    text: said,
    keeps,
  }: {
    scene?: (() => SceneRef | null) | undefined;
    text?: ((result: unknown) => string) | undefined;
    keeps?: string | undefined;
  } = {},
): OfferedTool {
  return {
    name,
    kind: "engine",
    spec,
    async run(args, turn) {
      const of = scene?.() ?? null;
      const kept = keeps === undefined ? undefined : turn.memory.get(keeps);
      const handed = kept === undefined ? args : { ...args, [keeps!]: kept };
      const reply = await turn.io.job(
        "operation" in work
          ? { op: "call", name: work.operation, args: handed }
          : { op: "probe", action: work.action, args: handed, ...(of === null ? {} : { scene: of }) },
      );
      if (!reply.ok) {
        const why = reply.error ? `${reply.error.type}: ${reply.error.message}` : "the engine gave no reason";
        return {
          kind: "refused",
          text: `${name} failed: ${why}${reply.error?.hint ? ` (${reply.error.hint})` : ""}`,
        };
      }
      if (keeps !== undefined) turn.memory.set(keeps, keptOf(reply.result, keeps));
      const names = Object.keys(reply.files)
        .filter((name) => name.endsWith(".png"))
        .sort();
      const images = await Promise.all(
        names.map(async (name): Promise<ImagePart> => {
          return { type: "image", bytes: await turn.io.bytes(reply.files[name]!), media: "image/png", label: name };
        }),
      );
      const text =
        said?.(reply.result) ??
        (typeof reply.result === "string" ? reply.result : JSON.stringify(reply.result ?? {}, null, 1));
      return { kind: "answer", text: bounded(text), ...(images.length === 0 ? {} : { images }) };
    },
  };
}

/**
 * The tools of `names`, each once and in that order, out of those at hand.
 *
 * @throws VigaError config_invalid for a name that no tool has: a model must not be left without what its role counts on
 */
export function pickTools<R>(
  names: readonly string[],
  known: readonly OfferedTool<R>[],
  role: string,
): OfferedTool<R>[] {
  return [...new Set(names)].map((name) => {
    const tool = known.find((each) => each.name === name);
    if (tool !== undefined) return tool;
    const all = known.map((each) => each.name);
    throw new VigaError("config_invalid", `roles.${role}.skills: there is no tool "${name}"${suggest(name, all)}`, {
      hint: `the ${role} may have ${all.sort().join(", ")}`,
    });
  });
}
