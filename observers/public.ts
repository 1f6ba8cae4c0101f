/** `viga/observer`: a run's events from outside, live or from its tape, and the picture of the run that they make. */

export { VigaError } from "../config/errors.ts";
export { type EventKind, eventKinds } from "../machines/domain/events/index.ts";
export { observeRun } from "./observe-run.ts";
export { type Observer, type TapeEvent, tapeEvent } from "./observer.ts";
export { addEvent } from "./project.ts";
export { newRunView, type RoundView, type RunView, roundsOf } from "./run-view.ts";
export { readTape } from "./tape.ts";
