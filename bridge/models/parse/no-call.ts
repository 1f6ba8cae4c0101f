import type { Problem, ToolSpec } from "../contract.ts";
import { repetitionAtEnd } from "./repetition.ts";
import type { WireReply } from "./wire-reply.ts";

const refusing =
  /^\W*(i['’]?m (really |very )?sorry|i apologi[sz]e|sorry[,.]|i can(no|['’])t|i am (unable|not able)|i['’]m (unable|not able)|as an ai\b|i won['’]t)/i;

/** What a model is told whose reply has no end. */
export const cutOff = (what: string): Problem => ({
  code: "cut_off",
  message: `Your reply ended before ${what} was complete. Answer again, shorter: less thought, and only the call.`,
  repaired: false,
});

/** Why a reply holds no call that can be used, in words for the model. */
export function whyNoCall(
  reply: WireReply,
  said: string,
  broken: boolean,
  already: readonly Problem[],
  tools: readonly ToolSpec[],
  options: { requireCall: boolean },
): Problem[] {
  const repeated = repetitionAtEnd(reply.toolCalls.at(-1)?.arguments || said);
  if (repeated) {
    const unit = JSON.stringify(repeated.unit.slice(0, 40));
    const message = `Your reply repeats ${unit} ${repeated.times} times and says nothing. Start over, short and to the point.`;
    return [{ code: "repetition", message, repaired: false }];
  }
  if (reply.refusal !== null || reply.finish === "content_filter" || (said.length < 600 && refusing.test(said))) {
    const why = (reply.refusal ?? said).slice(0, 200);
    if (why === "" && reply.finish === "content_filter") {
      const message = `The endpoint's content filter stopped the reply (finish_reason ${reply.finishSaid}).`;
      return [{ code: "refusal", message, repaired: false }];
    }
    return [{ code: "refusal", message: `The model refused${why === "" ? "" : `: ${why}`}`, repaired: false }];
  }
  if (already.some((problem) => !problem.repaired)) return [];
  if (said === "" && reply.toolCalls.length === 0) {
    if (reply.finish === "length") return [cutOff("anything")];
    // A reason that is none of the usual ones is the endpoint's account of what went wrong.
    const odd =
      reply.finish === "unknown" && reply.finishSaid ? ` The endpoint says: ${reply.finishSaid.slice(0, 200)}.` : "";
    return [{ code: "empty_reply", message: `Your reply was empty.${odd}`, repaired: false }];
  }
  if (reply.finish === "length") return [cutOff(tools.length > 0 && options.requireCall ? "a tool call" : "it")];
  if (broken) {
    const message =
      "The JSON of your tool call could not be read. Write it again, with quotes and line breaks inside strings escaped.";
    return [{ code: "json_broken", message, repaired: false }];
  }
  if (!options.requireCall || tools.length === 0) return [];
  const names = tools.map((tool) => tool.name).join(", ");
  return [
    { code: "no_call", message: `Your reply holds no tool call. Call exactly one of: ${names}.`, repaired: false },
  ];
}
