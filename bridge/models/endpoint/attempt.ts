import type OpenAI from "openai";
import { APIUserAbortError } from "openai";
import type { NamedProfile } from "../../../config/profile.ts";
import type { WireBody } from "../wire/body.ts";
import type { Attempt } from "./answer.ts";
import { Collector } from "./collector.ts";
import { openEndpoint } from "./open.ts";
import { AttemptTimeout, BadAnswer } from "./thrown.ts";

/** The values of a body that came in one piece: JSON, JSON lines, or events under a wrong content type. */
function valuesOf(body: string): unknown[] {
  const trimmed = body.trim();
  try {
    return [JSON.parse(trimmed)];
  } catch {
    const lines = trimmed.split(/\r?\n/).flatMap((line) => {
      const data = line.replace(/^data:\s*/, "").trim();
      return data === "" || data === "[DONE]" || /^(event|id|retry)?:/.test(data) ? [] : [data];
    });
    return lines.map((line) => JSON.parse(line) as unknown);
  }
}

/**
 * One request, one answer. Throws what the library throws, AttemptTimeout, BadAnswer or EndpointSaid; nothing is retried
 * here. `onPart` gets what had arrived of an answer that failed.
 */
export async function attempt(
  body: WireBody,
  profile: NamedProfile,
  apiKey: string,
  signal: AbortSignal,
  onPart?: (reply: Attempt) => void,
): Promise<Attempt> {
  const client = openEndpoint(profile, apiKey, profile.timeouts.total_s * 1000);
  const stop = new AbortController();
  const abort = (): void => stop.abort();
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  let why: string | undefined;
  const giveUp = (reason: string): void => {
    why ??= reason;
    stop.abort();
  };
  const { first_s, stall_s, total_s } = profile.timeouts;
  const total = setTimeout(() => giveUp(`no complete answer within ${total_s} s`), total_s * 1000);
  const silence = setTimeout(() => giveUp(`no answer within ${first_s} s`), first_s * 1000);
  let stall: NodeJS.Timeout | undefined;
  const heard = (): void => {
    clearTimeout(silence);
    clearTimeout(stall);
    stall = setTimeout(() => giveUp(`silent for ${stall_s} s in the middle of an answer`), stall_s * 1000);
  };
  const collector = new Collector();
  try {
    if (profile.stream) {
      const create = client.chat.completions.create(
        { ...body, stream: true } as OpenAI.ChatCompletionCreateParamsStreaming,
        { signal: stop.signal },
      );
      const { data: stream, response } = await create.withResponse();
      heard();
      const media = response.headers.get("content-type") ?? "";
      if (/html/i.test(media)) throw new BadAnswer(`the answer is ${media}, not a chat completion`);
      if (media !== "" && !/event-stream/i.test(media)) {
        // Asked to stream, the endpoint answered in one piece.
        for (const value of valuesOf(await response.text())) collector.take(value);
        return collector.reply;
      }
      for await (const chunk of stream) {
        heard();
        collector.take(chunk);
        if (collector.lost()) {
          stream.controller.abort();
          collector.cut();
          break;
        }
      }
      // The library ends an aborted stream as if it were complete.
      if (why !== undefined || signal.aborted) throw new APIUserAbortError();
      collector.checkEnd();
    } else {
      const create = client.chat.completions.create(
        { ...body, stream: false } as OpenAI.ChatCompletionCreateParamsNonStreaming,
        { signal: stop.signal },
      );
      const whole: unknown = await create;
      if (typeof whole === "string") throw new BadAnswer("the answer is text, not a chat completion");
      collector.take(whole);
    }
    return collector.reply;
  } catch (thrown) {
    onPart?.(collector.reply);
    if (why !== undefined && !signal.aborted) throw new AttemptTimeout(why);
    if (thrown instanceof SyntaxError) throw new BadAnswer("the answer is not JSON");
    throw thrown;
  } finally {
    clearTimeout(total);
    clearTimeout(silence);
    clearTimeout(stall);
    signal.removeEventListener("abort", abort);
  }
}
