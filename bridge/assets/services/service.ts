/** What is asked of a service: one thing, by words or by a picture of it. */
export interface AssetRequest {
  /** The thing in a word or two. */
  name: string;
  /** What it looks like, in words; the prompt where there is no picture. */
  text: string;
  /** The thing cut out, as a PNG; absent: by words. */
  picture?: Buffer;
  /** The whole picture and the thing's place in it as fractions, for services that cut out by themselves. */
  scene?: { picture: Buffer; box?: Box };
  /** Why there is no `picture` although one was asked for. */
  uncut?: string;
  /** Give it bones and this movement, a verb ("walk"). */
  action?: string;
}

/** A place in a picture: fractions of its width and height from the upper left corner. */
export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** One step of a request: a job at the service, told by the id that it gave. */
export interface Step {
  /** Such as "preview"; the service knows how to begin it and where to ask for it. */
  name: string;
  id: string;
}

export type StepState =
  | { state: "waiting" | "working"; progress: number }
  | { state: "done"; url: string | null }
  | { state: "failed"; why: string };

/** The outside as a service is lent it: JSON over HTTP with its key, its limits and one way to fail. */
export interface Wire {
  post(path: string, body: unknown): Promise<unknown>;
  /** A file as multipart form data, field `file`. */
  upload(path: string, bytes: Buffer, name: string): Promise<unknown>;
  get(path: string): Promise<unknown>;
  put(path: string): Promise<unknown>;
}

/** A service that makes models. It holds no state: what it needs of earlier steps it is handed. */
export interface Service {
  kind: string;
  /** The header that carries a key. */
  authorization(key: string): string;
  /** Why it cannot do this; null where it can. */
  refuses(request: AssetRequest): string | null;
  /** Names of the steps that make it, in their order. */
  steps(request: AssetRequest): string[];
  /** Begins a step. -> its id */
  begin(step: string, request: AssetRequest, before: readonly Step[], wire: Wire): Promise<string>;
  /** How a step stands; the last step's `url` is the model. */
  ask(step: Step, request: AssetRequest, wire: Wire): Promise<StepState>;
  /** Ends a step, where the service can. */
  cancel?(step: Step, wire: Wire): Promise<void>;
}

/** Why a service that needs the thing cut out cannot go by this; null where it can. */
export const lacksPicture = ({ picture, scene, uncut }: AssetRequest): string | null =>
  scene !== undefined && picture === undefined ? `it needs the thing cut out, and ${uncut ?? "it is not"}` : null;

/** A picture as services take it inside JSON. */
export const dataUri = (png: Buffer): string => `data:image/png;base64,${png.toString("base64")}`;
