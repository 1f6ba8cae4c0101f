import { createModel } from "../../../bridge/models/client.ts";
import { VigaError } from "../../../config/errors.ts";
import type { EngineFacts } from "../../../prompts/index.ts";
import type { GeneratorPlayer } from "../player.ts";
import type { CardReader, PlayerModule, PlayerRequest } from "../player-module.ts";
import { noteModelEvent } from "./call.ts";
import { createModelGenerator } from "./generator.ts";
import { createModelVerifier } from "./verifier.ts";

function modelOptions({ role, spec }: PlayerRequest) {
  const { profile, skills, temperature, max_tokens } = role;
  if (profile === null) {
    throw new VigaError("config_invalid", `"${role.player}" has no model profile`, {
      hint: "name it under models: with base_url and model",
    });
  }
  return {
    model: createModel(profile, { onEvent: noteModelEvent }),
    mode: spec.task.mode,
    ...(skills === undefined ? {} : { tools: skills }),
    // A null (none is sent) stands in the profile already.
    ...(temperature === undefined || temperature === null ? {} : { temperature }),
    ...(max_tokens === undefined ? {} : { maxTokens: max_tokens }),
  };
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
    const { baseline } = request.config;
    const options = { ...modelOptions(request), ...(baseline === "none" ? {} : { baseline }) };
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
