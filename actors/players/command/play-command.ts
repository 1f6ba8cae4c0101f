import { text } from "node:stream/consumers";
import { VigaError } from "../../../config/errors.ts";
import {
  type AnalyzeReply,
  type AnalyzeRequest,
  commandRequest,
  type GeneratorReply,
  type JudgeRequest,
  type VerifierReply,
  type WriteRequest,
} from "./protocol.ts";

type Answer<T> = T | Promise<T>;

/** What a program that plays a role can do; it needs only what its role is asked. */
export interface CommandPlayer {
  write?(request: WriteRequest): Answer<GeneratorReply>;
  judge?(request: JudgeRequest): Answer<VerifierReply>;
  analyze?(request: AnalyzeRequest): Answer<AnalyzeReply>;
}

/**
 * The whole of a program for `roles.<role>: "command:node mine.ts"`: reads the one request from stdin, has it answered and
 * prints the reply.
 *
 * @throws VigaError input_invalid where stdin holds no request, or one that the player cannot answer
 */
export async function playCommand(player: CommandPlayer): Promise<void> {
  process.stdout.write(`${JSON.stringify(await answer(player, await text(process.stdin)))}\n`);
}

async function answer(player: CommandPlayer, input: string): Promise<unknown> {
  const request = parsed(input);
  if (request.op === "write" && player.write !== undefined) return player.write(request);
  if (request.op === "judge" && player.judge !== undefined) return player.judge(request);
  if (request.op === "analyze" && player.analyze !== undefined) return player.analyze(request);
  throw new VigaError("input_invalid", `this player cannot ${request.op}`, {
    hint: "a generator needs write, a verifier judge, and analyze with analyze_target",
  });
}

function parsed(input: string) {
  try {
    return commandRequest.parse(JSON.parse(input));
  } catch (cause) {
    throw new VigaError("input_invalid", "stdin holds no request of viga", {
      cause,
      hint: 'viga starts this program itself: roles: { generator: "command:node FILE" }',
    });
  }
}
