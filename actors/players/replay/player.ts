import type { PlayerModule, PlayerRequest } from "../player-module.ts";
import { createReplayGenerator, createReplayVerifier, loadRecording } from "./replay.ts";

const recording = ({ role }: PlayerRequest) => loadRecording(role.spec.argument ?? "");

export const player: PlayerModule = {
  generator: async (request) => createReplayGenerator(await recording(request)),
  verifier: async (request) => createReplayVerifier(await recording(request)),
};
