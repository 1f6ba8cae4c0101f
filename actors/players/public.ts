/** `viga/player`: a role played by a program of one's own (docs/command-player.md), in types. */

export { VigaError } from "../../config/errors.ts";
export { type CommandPlayer, playCommand } from "./command/play-command.ts";
export {
  type AnalyzeReply,
  type AnalyzeRequest,
  type CommandRequest,
  commandRequest,
  type GeneratorReply,
  generatorReply,
  type JudgeRequest,
  type VerifierReply,
  verifierReply,
  type WriteRequest,
} from "./command/protocol.ts";
