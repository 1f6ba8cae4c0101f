import { extentOf } from "../parse/json.ts";
import type { WireCall } from "../parse/wire-reply.ts";
import type { Piece } from "./wire-answer.ts";

interface Growing extends WireCall {
  index: number | null;
}

/** Whether arguments are one whole JSON object. */
function whole(said: string): boolean {
  const trimmed = said.trim();
  if (!trimmed.startsWith("{") || !trimmed.endsWith("}")) return false;
  const extent = extentOf(trimmed, 0);
  return extent.state === "closed" && extent.end === trimmed.length;
}

/**
 * Puts streamed calls together. Index, id, name and completeness decide together which call a piece belongs to: servers
 * give all calls the same index, or none, or a new id with every piece, or the whole arguments once more at the end.
 */
export class CallAssembler {
  readonly #calls: Growing[] = [];

  /** Takes one piece; `position` is its place in its chunk. Returns the characters it brought. */
  take(piece: Piece, position: number): number {
    const name = piece.function?.name ?? "";
    const given = piece.function?.arguments;
    const said = typeof given === "string" ? given : given ? JSON.stringify(given) : "";
    const index = piece.index ?? null;
    const known = this.#meant(piece.id ?? "", name, said, index, position);
    const call: Growing = known ?? { index, id: "", name: "", arguments: "" };
    if (!known) this.#calls.push(call);
    if (piece.id && call.id === "") call.id = piece.id;
    if (name !== "") call.name = named(call, name);
    if (said !== "") call.arguments = grown(call.arguments, said);
    if (piece.extra_content) call.extra = { ...call.extra, ...piece.extra_content };
    return said.length;
  }

  /** The call that a piece belongs to; undefined: a new one. */
  #meant(id: string, name: string, said: string, index: number | null, position: number): Growing | undefined {
    const same = id === "" ? undefined : this.#calls.findLast((call) => call.id === id);
    if (same) return same;
    const near = index === null ? this.#calls.at(-1) : this.#calls.findLast((call) => call.index === index);
    if (!near || (index === null && position > 0 && name !== "")) return undefined;
    const complete = whole(near.arguments);
    if (id !== "" && near.id !== "" && (name !== "" || complete)) return undefined;
    if (name !== "" && near.arguments !== "" && (name !== near.name || (complete && whole(said)))) {
      return id === "" && name === near.name && said.trim() === near.arguments.trim() ? near : undefined;
    }
    return near;
  }

  /** The calls so far; a nameless one without arguments is an artefact of the index. */
  calls(): WireCall[] {
    return this.#calls.filter((call) => call.name !== "" || call.arguments !== "").map(({ index: _, ...call }) => call);
  }

  /** Whether there are calls and each has a name and whole arguments. */
  whole(): boolean {
    const calls = this.calls();
    return calls.length > 0 && calls.every((call) => call.name !== "" && whole(call.arguments));
  }

  /** Arguments of the latest call, as far as they came. */
  latest(): string {
    return this.#calls.at(-1)?.arguments ?? "";
  }
}

/** Some servers send the whole name with every piece, some split it; it is only split before the arguments begin. */
function named(call: Growing, name: string): string {
  if (call.name === "" || call.arguments !== "" || name.startsWith(call.name)) return name;
  return call.name.endsWith(name) ? call.name : call.name + name;
}

/** Whole arguments that come once more, or after an empty object, take the place of the first. */
function grown(before: string, more: string): string {
  if (!before.trimEnd().endsWith("}") || more.trim() === "" || !whole(before)) return before + more;
  return whole(more) || before.trim() === "{}" ? more : before + more;
}
