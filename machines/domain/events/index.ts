import type { EventKind } from "./event.ts";
import { modelEvents } from "./model.ts";
import { playerEvents } from "./player.ts";
import { roundEvents } from "./round.ts";
import { runEvents } from "./run.ts";

export type { EventKind } from "./event.ts";

/** Every kind of event on a tape, by its type, in groups as docs/bus.md shows them. */
export const eventGroups: Readonly<Record<string, Readonly<Record<string, EventKind>>>> = {
  "The run": runEvents,
  "A round": roundEvents,
  "Calls of models": modelEvents,
  "What players tell": playerEvents,
};

export const eventKinds: Readonly<Record<string, EventKind>> = Object.assign({}, ...Object.values(eventGroups));
