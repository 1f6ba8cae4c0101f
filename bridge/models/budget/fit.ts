import { VigaError } from "../../../config/errors.ts";
import type { NamedProfile } from "../../../config/profile.ts";
import type { CallRecord, ChatMessage, HandleState, ImagePart, Part, Problem, ToolSpec } from "../contract.ts";
import { dropRound, lowestDrop } from "./drop.ts";
import { imageTokens } from "./image-tokens.ts";
import { montage } from "./montage.ts";
import { fitted, lighterSide, pictureSize } from "./pictures.ts";
import { messageTokens, toolTokens } from "./text.ts";

/** Longest sides that are tried, as parts of image_max_px, down to the smallest that still shows something. */
const ladder = [1, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25];
const smallest = 128;
/** A picture that must stay is not made smaller than this before older rounds are dropped. Pixels. */
const keptSmallest = 384;
/** Tokens kept free beside the estimate. */
const margin = 96;

export interface Fitted {
  messages: ChatMessage[];
  /** Longest side in pixels at which each picture is sent. */
  px: ReadonlyMap<ImagePart, number>;
  maxTokens: number;
  /** Estimated tokens of the whole input, the handle's correction included. */
  tokens: number;
  /** Of these, pictures; not corrected. */
  imageTokens: number;
  problems: Problem[];
}

export interface FitOptions {
  messages: readonly ChatMessage[];
  tools: readonly ToolSpec[];
  /** Tokens that the tool style's own instructions add. */
  overhead: number;
  maxTokens: number;
}

const picturesOf = (messages: readonly ChatMessage[]): ImagePart[] =>
  messages.flatMap((message) => message.parts.filter((part): part is ImagePart => part.type === "image"));

/** The `drop` that holds for a part: its own or its message's. */
function dropOf(messages: readonly ChatMessage[], wanted: Part): number | undefined {
  const message = messages.find((each) => each.parts.includes(wanted));
  return wanted.drop ?? message?.drop;
}

/**
 * Makes a request fit the endpoint before it is sent: pictures are scaled down to the profile's size, then pictures of
 * droppable rounds further, then the others a little, then the oldest droppable parts go, then pictures shrink to the
 * smallest useful size, and last the room for the answer is lowered. Throws `model_context` when even that is too much.
 */
export async function fitRequest(options: FitOptions, profile: NamedProfile, state: HandleState): Promise<Fitted> {
  const problems: Problem[] = [];
  const context = Math.min(profile.context_tokens, state.contextTokens ?? Number.POSITIVE_INFINITY);
  const cap = Math.min(profile.max_tokens_limit ?? context, state.outputTokens ?? context);
  const wanted = Math.min(options.maxTokens, cap);
  // An answer may claim at most half of a small context, or nothing is left to ask with.
  const reserve = Math.min(wanted, Math.floor(context / 2));
  let messages = options.messages.filter((message) => message.parts.length > 0 || (message.toolCalls?.length ?? 0) > 0);
  if (profile.image_max_px === 0) messages = withoutPictures(messages, profile, problems);
  messages = await mergePictures(messages, profile, state, problems);

  const sizes = new Map<ImagePart, { width: number; height: number }>();
  for (const part of picturesOf(messages)) sizes.set(part, await pictureSize(part));
  const largest = (part: ImagePart): number => {
    const { width, height } = sizes.get(part)!;
    const side = Math.min(profile.image_max_px, Math.max(width, height));
    return state.lighter === undefined ? profile.image_max_px : lighterSide(side, state.lighter);
  };
  const px = new Map<ImagePart, number>([...sizes.keys()].map((part) => [part, largest(part)]));
  const pictureTokens = (): number => {
    let sum = 0;
    for (const part of picturesOf(messages)) {
      const { width, height } = fitted(sizes.get(part)!.width, sizes.get(part)!.height, px.get(part)!);
      sum += imageTokens(profile.image_tokens, width, height, profile.image_detail ?? null);
    }
    return sum;
  };
  const fixed = options.overhead + toolTokens(options.tools);
  const counted = new Map<Part | CallRecord, number>();
  const estimate = (): number => {
    const text = messages.reduce((sum, message) => sum + messageTokens(message, counted), fixed);
    return Math.ceil((text + pictureTokens()) * state.scale);
  };
  const free = (output: number): number => context - output - margin - Math.ceil(context * 0.01);
  const over = (): boolean => estimate() > free(reserve);
  const shrink = (which: (part: ImagePart) => boolean, floor: number): void => {
    for (const step of ladder) {
      if (!over()) return;
      const side = Math.max(Math.min(floor, profile.image_max_px), Math.floor(profile.image_max_px * step));
      for (const part of px.keys()) if (which(part)) px.set(part, Math.min(px.get(part)!, side));
    }
  };
  const droppable = (part: ImagePart): boolean => dropOf(messages, part) !== undefined;

  shrink(droppable, smallest * 2);
  shrink((part) => !droppable(part), keptSmallest);
  const dropped: number[] = [];
  for (let lowest = lowestDrop(messages); over() && lowest !== undefined; lowest = lowestDrop(messages)) {
    messages = dropRound(messages, lowest);
    dropped.push(lowest);
  }
  if (dropped.length > 0) {
    const message = `Left out to fit ${context} tokens: what was marked ${dropped.join(", ")}.`;
    problems.push({ code: "parts_dropped", message, repaired: true });
  }
  shrink(() => true, smallest);

  const tokens = estimate();
  let maxTokens = Math.min(wanted, context - tokens - margin);
  if (over()) {
    maxTokens = Math.min(wanted, context - margin - tokens);
    if (maxTokens < Math.min(256, wanted)) throw tooLong(tokens, context, profile);
    const message = `Room for the answer lowered from ${wanted} to ${maxTokens} tokens to fit ${context}.`;
    problems.push({ code: "output_lowered", message, repaired: true });
  }
  problems.push(...scaledNote(messages, sizes, px));
  return { messages, px, maxTokens: Math.max(1, maxTokens), tokens, imageTokens: pictureTokens(), problems };
}

function tooLong(tokens: number, context: number, profile: NamedProfile): VigaError {
  return new VigaError("model_context", `${profile.name}: about ${tokens} tokens do not fit a context of ${context}`, {
    retry: "elsewhere",
    hint: `lower memory.rounds, or models.${profile.name}.image_max_px or max_tokens, or give the model a longer context (context_tokens)`,
  });
}

function scaledNote(
  messages: readonly ChatMessage[],
  sizes: ReadonlyMap<ImagePart, { width: number; height: number }>,
  px: ReadonlyMap<ImagePart, number>,
): Problem[] {
  const scaled = picturesOf(messages).filter((part) => {
    const size = sizes.get(part)!;
    return Math.max(size.width, size.height) > px.get(part)!;
  });
  if (scaled.length === 0) return [];
  const list = scaled.slice(0, 6).map((part) => {
    const from = sizes.get(part)!;
    const to = fitted(from.width, from.height, px.get(part)!);
    return `${part.label} ${from.width}x${from.height} -> ${to.width}x${to.height}`;
  });
  const more = scaled.length > 6 ? ` and ${scaled.length - 6} more` : "";
  return [{ code: "images_scaled", message: `Scaled before sending: ${list.join(", ")}${more}.`, repaired: true }];
}

/** A model without vision is told that a picture was there. */
function withoutPictures(messages: readonly ChatMessage[], profile: NamedProfile, problems: Problem[]): ChatMessage[] {
  const count = picturesOf(messages).length;
  if (count === 0) return [...messages];
  problems.push({
    code: "parts_dropped",
    message: `${profile.name} takes no pictures: ${count} left out.`,
    repaired: true,
  });
  return messages.map((message) => ({
    ...message,
    parts: message.parts.map((part) =>
      part.type === "text" ? part : { type: "text" as const, text: `(picture "${part.label}" not shown)` },
    ),
  }));
}

/** Where the endpoint takes fewer pictures than asked: those of the oldest rounds go, then the rest are put side by side. */
async function mergePictures(
  messages: readonly ChatMessage[],
  profile: NamedProfile,
  state: HandleState,
  problems: Problem[],
): Promise<ChatMessage[]> {
  const most = Math.min(profile.max_images ?? Number.POSITIVE_INFINITY, state.maxImages ?? Number.POSITIVE_INFINITY);
  const all = picturesOf(messages);
  if (all.length <= most) return [...messages];
  const gone = all
    .filter((part) => dropOf(messages, part) !== undefined)
    .sort((a, b) => dropOf(messages, a)! - dropOf(messages, b)!)
    .slice(0, all.length - most);
  const kept = all.filter((part) => !gone.includes(part));
  const merged = kept.length > most ? kept.slice(most - 1) : [];
  const sheet = merged.length > 0 ? await montage(merged, Math.min(2048, profile.image_max_px * 2)) : undefined;
  const message = `The endpoint takes ${most} picture(s) per request: ${gone.length} of older rounds left out, ${merged.length} put side by side.`;
  problems.push({ code: "images_merged", message, repaired: true });
  // The sheet stands where its last picture stood, so that the text after it still follows it.
  return messages.map((each) => ({
    ...each,
    parts: each.parts.flatMap((part): Part[] => {
      if (part.type === "text" || (!gone.includes(part) && !merged.includes(part))) return [part];
      if (sheet && part === merged.at(-1)) return [sheet];
      return [
        {
          type: "text",
          text: gone.includes(part)
            ? `(picture "${part.label}" left out)`
            : `(picture "${part.label}": see the combined picture)`,
        },
      ];
    }),
  }));
}
