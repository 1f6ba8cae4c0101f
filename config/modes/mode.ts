import type { View } from "../../machines/domain/index.ts";

/** What a mode is: which engine draws, what each role may use, what is rendered and how a task folder is laid out. */

export const modeNames = [
  "blendergym",
  "blenderbench",
  "static_scene",
  "dynamic_scene",
  "autopresent",
  "design2code",
] as const;
export type ModeName = (typeof modeNames)[number];

/** Other names people know a mode by (the reference implementation's `--mode`, a benchmark's title). */
export const modeAliases: Readonly<Record<string, ModeName>> = {
  blenderstudio: "blenderbench",
  slidebench: "autopresent",
};

export const promptSettings = ["none", "procedural", "scene_graph", "get_asset"] as const;
export type PromptSetting = (typeof promptSettings)[number];
export const initSettings = ["none", "minimal", "reasonable", "sam3d"] as const;
export type InitSetting = (typeof initSettings)[number];

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
  /** Target pictures, in the order of `views`; targets beyond the views are references without a measured render. */
  targets: readonly LayoutFile[];
  /** Pictures or models a program may load. */
  assets: string | null;
  /** Ground truth that lies beside the inputs. Listed so that a leak check can name it; never opened by a run. */
  truth: readonly string[];
}

export interface ModeDefinition {
  name: ModeName;
  /** One line for help texts. */
  title: string;
  engine: "blender" | "slides" | "web";
  /** What a program is written in. */
  language: "python" | "html";
  /** File the best program's result is saved as in the output folder. */
  output: "blender_file.blend" | "output.pptx" | "index.html";
  /** Ending of a program's file under codes/. */
  codeEnding: "py" | "html";
  views: readonly ModeView[];
  /** Which frames are rendered: one, or the first, middle and last of the scene's range. */
  frames: "single" | "start_middle_end";
  /** Tools each role is offered, by name (paper, Table 1). */
  skills: { generator: readonly string[]; verifier: readonly string[] };
  /** Folder under prompts/. */
  prompts: string;
  /** Values of `prompt` and `init` that make sense here. */
  promptSettings: readonly PromptSetting[];
  initSettings: readonly InitSetting[];
  /** What a run must be given. */
  needs: { start: boolean; base: boolean; target: "required" | "or_text" };
  /** Lowest layer of a run's configuration. */
  defaults: {
    memory: { rounds: number };
    stop: { max_rounds: number };
    render: { preview: { px: number; samples: number }; final: { px: number; samples: number } };
  };
  layout: TaskLayout;
  /** Measure family under evaluators/. */
  evaluator: "photometric" | "slides" | "pages";
  /** System programs that must be on the machine. */
  programs: readonly string[];
}
