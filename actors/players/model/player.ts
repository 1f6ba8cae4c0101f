import { createModel } from "../../../bridge/models/client.ts";
import { VigaError } from "../../../config/errors.ts";
import type { NamedProfile } from "../../../config/profile.ts";
import { refiningOf } from "../../../config/refine.ts";
import type { EngineFacts } from "../../../prompts/index.ts";
import type { GeneratorPlayer } from "../player.ts";
import type { CardReader, PlayerModule, PlayerRequest } from "../player-module.ts";
import { roleSkills } from "../skills.ts";
import { noteModelEvent } from "./call.ts";
import { createModelGenerator } from "./generator.ts";
import { createModelVerifier } from "./verifier.ts";

function modelOptions({ role, spec, config, signal }: PlayerRequest) {
  const { profile, skills, temperature, max_tokens } = role;
  if (profile === null) {
    throw new VigaError("config_invalid", `"${role.player}" has no model profile`, {
      hint: "name it under models: with base_url and model",
    });
  }
  const offered = skills === undefined ? undefined : roleSkills(skills, spec, signal);
  return {
    model: createModel(seeded(profile, config.seed), { onEvent: noteModelEvent }),
    mode: spec.task.mode,
    ...(offered === undefined ? {} : { tools: offered.names, extra: offered.tools }),
    // A null (none is sent) stands in the profile already.
    ...(temperature === undefined || temperature === null ? {} : { temperature }),
    ...(max_tokens === undefined ? {} : { maxTokens: max_tokens }),
  };
}

/** The profile with the run's seed among its request fields; an endpoint that refuses it is asked without from then on. */
function seeded(profile: NamedProfile, seed: number | undefined): NamedProfile {
  return seed === undefined || "seed" in profile.extra ? profile : { ...profile, extra: { ...profile.extra, seed } };
}

/** A generator that is made at its first turn, when the engine has said what it is. */
function withCard(
  name: string,
  readCard: CardReader,
  make: (card: EngineFacts | null) => GeneratorPlayer,
): GeneratorPlayer {
  let made: Promise<GeneratorPlayer> | null = null;
  return {
    name,
    async write(context, io) {
      made ??= readCard().then(make);
      return (await made).write(context, io);
    },
  };
}

export const player: PlayerModule = {
  async generator(request) {
    const { baseline, refine } = request.config;
    const options = {
      ...modelOptions(request),
      ...(request.spec.engine === "blender" ? { assets: request.spec } : {}),
      refined: refiningOf(refine),
      ...(baseline === "none" ? {} : { baseline }),
      ...(request.role.explicit_comparison === true ? { explicitComparison: true } : {}),
    };
    return withCard(request.role.player, request.readCard, (card) => createModelGenerator({ ...options, card }));
  },
  async verifier(request) {
    const { calibrate, pairwise } = request.role;
    return createModelVerifier({
      ...modelOptions(request),
      ...(calibrate === undefined ? {} : { calibrate }),
      ...(pairwise === undefined ? {} : { pairwise }),
    });
  },
};
