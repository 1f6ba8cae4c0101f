import type { View } from "../../machines/domain/index.ts";

/** What a mode is: which engine draws, what each role may use, what is rendered and how a task folder is laid out. */

/** What programs are written in. */
export type Language = "python" | "html" | "javascript";

/** What a scene starts from; a mode lists those it knows. */
export type InitSetting = "none" | "minimal" | "reasonable" | "sam3d";

/** What a verifier of scenes goes through (paper, end_process); a mode lists what may be wrong in its tasks. */
export type Aspect = "camera" | "objects" | "layout" | "environment" | "animation";

/** Which plan a generator is asked for: of a scene, of something laid out on a surface, or of edits to a program. */
export type PlanKind = "scene" | "slides" | "edit";

/** One picture to take each round; its aspect comes from its target. */
export type ModeView = Omit<View, "aspect" | "frame">;

/** Where one input of a task lies in its folder: the first of `from` that exists is taken. */
export interface LayoutFile {
  /** Paths relative to the task folder, best first. A trailing "/" means a folder whose pictures are all taken. */
  from: readonly string[];
  required: boolean;
}

export interface TaskLayout {
  /**
   * "folder": a task is a folder. "file": a task is one picture `<id>.png` among others, and `{id}` in `from` stands
   * for its name without extension.
   */
  kind: "folder" | "file";
  /** The program the run starts from. */
  start: LayoutFile | null;
  /** What programs run on: a .blend, a deck, a page. */
  base: LayoutFile | null;
  text: LayoutFile | null;
  /** Target pictures, in the order of `views`. */
  targets: readonly LayoutFile[];
  /** Targets of this layout are a benchmark's own, which its reference reads without colour management. */
  targetsAsStored?: true;
  /**
   * Where the text comes in several settings, what each is: its file, in the place of `text`, and whether the task's files
   * belong to it. The first is meant where none is named.
   */
  instructions?: Readonly<Record<string, { text: string; assets: boolean }>>;
  /** Pictures or models a program may load. */
  assets: string | null;
  /** Ground truth that lies beside the inputs. Listed so that a leak check can name it; never opened by a run. */
  truth: readonly string[];
  /** How a whole dataset of such tasks lies on disk; absent: there is none that a batch could run. */
  dataset?: DatasetLayout;
}

/** How the tasks of a dataset lie in its folder, and where the dataset comes from. */
export interface DatasetLayout {
  /**
   * Names of the folders from the dataset's own down to a task, one pattern a level; in flat layouts the last is that of
   * the picture's id. Named groups (type, level, topic) are what tasks are told apart by.
   */
  path: readonly RegExp[];
  /** A folder in the dataset's that may hold them instead. */
  within?: string;
  /** All its goals are of one size. */
  sameSize?: true;
  /** Published datasets in this layout, by the names that `viga dataset fetch` takes. */
  published: Readonly<Record<string, PublishedDataset>>;
}

/** A dataset as others published it. */
export interface PublishedDataset {
  title: string;
  /** Where it is described and comes from. */
  source: string;
  licence: string;
  /** Its repository on the hub, and what of it is taken; absent: it is not there, and a person fetches it by hand. */
  hub?: { repository: string; files: RegExp };
  /** What is to be done with what was fetched, or instead of it. */
  next: string;
}

/** What a task folder or file shows of itself, for the mode to recognise it by. */
export interface TaskLook {
  kind: "folder" | "picture";
  /** Whether the folder holds a file or folder of this name. */
  has: (name: string) => boolean;
  /** Name of the folder above. */
  parent: string;
}

/** Longer side of a picture and samples a pixel. */
export interface Quality {
  px: number;
  samples: number;
}

export interface ModeDefinition {
  name: string;
  /** Other names people know it by (the reference implementation's `--mode`, a benchmark's title). */
  aliases: readonly string[];
  /** One line for help texts. */
  title: string;
  /** How surely a task is one of this mode's: 0 not at all; of several modes the surest takes it. */
  recognises: (look: TaskLook) => number;
  engine: string;
  /** What a program is written in. */
  language: Language;
  /** File the best program's result is saved as in the output folder. */
  output: string;
  /** The engine's operation that makes the best result usable elsewhere: files of these names, and views from around it,
   * and of a scene that moves as many frames at most as an animation of it has. */
  takeHome?: { operation: string; orbit: number; animation?: number; files: readonly string[] };
  /** Ending of a program's file under codes/. */
  codeEnding: "py" | "html" | "js";
  views: readonly ModeView[];
  /**
   * Which frames are rendered: the one that the program leaves, or the first of the scene's range, which targets are
   * compared with, and the middle and last beside it.
   */
  frames: "single" | "start_middle_end";
  /** Targets beyond the views are views too, each through a camera of its own; absent: references, which nothing measures. */
  targetsAreViews?: true;
  /** Tools each role is offered, by name (paper, Table 1). */
  skills: { generator: readonly string[]; verifier: readonly string[] };
  /** Folder under prompts/. */
  prompts: string;
  /** What its verifier goes through; absent: what the mode's own prompt says. */
  aspects?: readonly Aspect[];
  /** The plan its generator is asked for; absent: a scene's. */
  plan?: PlanKind;
  /** Values of `prompt` and `init` that make sense here. */
  promptSettings: readonly string[];
  initSettings: readonly InitSetting[];
  /** What a run must be given. */
  needs: { start: boolean; base: boolean; target: "required" | "or_text" };
  /** Lowest layer of a run's configuration. */
  defaults: {
    memory: { rounds: number };
    stop: { max_rounds: number };
    render: { preview: Quality; final: Quality };
  };
  /** Quality of previews that a model looks at; absent: as the defaults have it. */
  lookedAt?: Quality;
  layout: TaskLayout;
  /** Evaluator in evaluators/index.ts. */
  evaluator: string;
  /** What whoever reads its numbers must know. */
  remark?: string;
  /** System programs that must be on the machine, by their names in cli/setup/programs.mjs. */
  programs: readonly string[];
}
