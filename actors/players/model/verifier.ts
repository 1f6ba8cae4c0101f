import type { Model, Part } from "../../../bridge/models/contract.ts";
import { VigaError } from "../../../config/errors.ts";
import { modeOf } from "../../../config/modes/index.ts";
import type { Feedback } from "../../../machines/domain/index.ts";
import type { Observation, PlayerIO, VerifierPlayer } from "../player.ts";
import { analyzeTarget } from "./judge/analysis.ts";
import { type Calibration, calibrateJudge } from "./judge/calibrate.ts";
import { type Evidence, evidenceParts, gatherEvidence } from "./judge/evidence.ts";
import { chooseByPairs } from "./judge/pairwise.ts";
import { roundParts } from "./judge/round-section.ts";
import { settledParts } from "./judge/settled.ts";
import { stageParts } from "./judge/stage-part.ts";
import { settle } from "./judge/to-feedback.ts";
import type { Verdict } from "./judge/verdict.ts";
import { defaultLimits, type LoopLimits, toolLoop } from "./loop.ts";
import { picturesOf, promptOf } from "./prompt/system.ts";
import { engineTools } from "./tools/definitions.ts";
import { type OfferedTool, pickTools } from "./tools/tool.ts";
import { verifierTools } from "./tools/verifier-tools.ts";

export interface ModelVerifierOptions {
  model: Model;
  mode: string;
  /** Names of the tools to offer; absent: the mode's own. end_process is always among them. */
  tools?: readonly string[];
  /** Tools beyond the built-in ones (viewpoint tools), offered when `tools` names them. */
  extra?: readonly OfferedTool[];
  limits?: Partial<LoopLimits>;
  temperature?: number;
  maxTokens?: number;
  /** Blind A/A pairs that `calibrate()` asks for; default 4. */
  calibrate?: number;
  /** Pick the best of N by asking the model for pairs instead of by the loss alone. */
  pairwise?: boolean;
}

/** A verifier played by a model, with what a host may ask of it beside the contract. */
export interface ModelVerifier extends VerifierPlayer {
  /** Estimates the judge's own noise; see Calibration for the units. */
  calibrate(io: PlayerIO, render?: Buffer): Promise<Calibration>;
}

/**
 * A verifier played by a vision model. It sees pictures and measurements, may probe the scene, and ends its observation
 * with a verdict; what measurement contradicts is taken out of the verdict and handed on as disputed, with the evidence.
 *
 * @throws VigaError config_invalid for a mode that does not exist, or a model without vision
 */
export function createModelVerifier(options: ModelVerifierOptions): ModelVerifier {
  const { model, mode } = options;
  const definition = modeOf(mode);
  if (model.profile.image_max_px === 0) {
    throw new VigaError("config_invalid", `${model.name} cannot see pictures, so it cannot play the verifier`, {
      hint: "map the verifier to a vision model or to pixels, or set the profile's image_max_px",
    });
  }
  const limits: LoopLimits = { ...defaultLimits, ...options.limits };
  const sampling = {
    ...(options.temperature === undefined ? {} : { temperature: options.temperature }),
    ...(options.maxTokens === undefined ? {} : { maxTokens: options.maxTokens }),
  };

  return {
    name: model.name,
    analyze: (task, io) => analyzeTarget(task, io, { model, mode, ...sampling }),
    async judge(observation, io): Promise<Feedback> {
      const { task, state, t } = observation;
      if (!state.ok) throw new VigaError("internal", `round ${t} failed: there is nothing to look at`);
      const evidence = await gatherEvidence(observation, io);
      const names = ["end_process", ...(options.tools ?? definition.skills.verifier)];
      const known: OfferedTool<Verdict>[] = [
        ...verifierTools(evidence),
        ...engineTools("verifier", definition.engine),
        ...(options.extra ?? []),
      ];
      const tools = pickTools(names, known, "verifier");
      const usable = evidence.views.length > 0 ? tools : tools.filter((tool) => tool.name !== "measure_difference");
      const { result, said, trace } = await toolLoop<Verdict>({
        io,
        model,
        key: "judge",
        t,
        finals: ["end_process"],
        tools: usable,
        system: (style, specs) =>
          promptOf({
            mode,
            role: "verifier",
            setting: task.prompt,
            style,
            tools: specs,
            base: task.base !== null,
            pictures: picturesOf(io),
          }),
        opening: [
          { role: "user", parts: await openingParts(observation, evidence, io, roomOf(model, options.maxTokens)) },
        ],
        limits,
        ...sampling,
      });
      const thought = [...said, ...trace.map((line) => `- ${line}`)].join("\n\n");
      return settle({ verdict: result, thought }, observation, evidence, io);
    },
    ...(options.pairwise ? { choose: (states, measures, io) => chooseByPairs(states, measures, io, model) } : {}),
    calibrate: (io, render) =>
      calibrateJudge(io, model, {
        pairs: options.calibrate ?? 4,
        ...(render === undefined ? {} : { render }),
        ...(options.temperature === undefined ? {} : { temperature: options.temperature }),
      }),
  };
}

/** Tokens of a request beside programs: instructions, tools, words and pictures. */
const besidePrograms = 6000;

/** Tokens that one program may take, so that it and the start program leave room for what else there is to see. */
function roomOf(model: Model, maxTokens = model.profile.max_tokens): number {
  const context = Math.min(model.profile.context_tokens, model.state.contextTokens ?? Number.POSITIVE_INFINITY);
  const free = context - Math.min(maxTokens, context / 2) - besidePrograms;
  return Math.floor(Math.max(context / 5, 0.4 * free));
}

/** The conversation's opening: first what stays the same, so that a provider's prompt cache knows it; the round; what is seen. */
async function openingParts(observation: Observation, evidence: Evidence, io: PlayerIO, room: number): Promise<Part[]> {
  return [
    ...(await settledParts(observation, io, room)),
    ...(await roundParts(observation, io, room)),
    ...(await evidenceParts(observation, evidence, io)),
    ...stageParts(observation.stage),
  ];
}
