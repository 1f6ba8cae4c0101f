import { addAbortListener } from "node:events";
import type OpenAI from "openai";
import { APIUserAbortError } from "openai";
import type { NamedProfile } from "../../../config/profile.ts";
import type { WireBody } from "../wire/body.ts";
import type { Attempt } from "./answer.ts";
import { Collector } from "./collector.ts";
import { readErrorBody } from "./error-body.ts";
import { Arrived, openEndpoint } from "./open.ts";
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

export interface AttemptOptions {
  signal: AbortSignal;
  /** Gets what had arrived of an answer that failed. */
  onPart?: (reply: Attempt) => void;
  /** Told once when nothing of an answer has come for `afterMs`. */
  quiet?: { afterMs: number; tell: () => void };
}

/**
 * One request, one answer. Throws what the library throws, AttemptTimeout, BadAnswer or EndpointSaid; nothing is retried
 * here. Headers and comments that keep a connection alive are no part of an answer: they end no time-out.
 */
export async function attempt(
  body: WireBody,
  profile: NamedProfile,
  apiKey: string,
  { signal, onPart, quiet }: AttemptOptions,
): Promise<Attempt> {
  const { first_s, stall_s, total_s } = profile.timeouts;
  const arrived = new Arrived();
  const client = openEndpoint(profile, apiKey, total_s * 1000, arrived);
  const stop = new AbortController();
  const stopping = addAbortListener(signal, () => stop.abort());
  let gaveUp: AttemptTimeout | undefined;
  const giveUp = (reason: string): void => {
    gaveUp ??= new AttemptTimeout(reason, !collector.started);
    stop.abort();
  };
  const collector = new Collector();
  let opened = false;
  const total = setTimeout(() => giveUp(`no complete answer within ${total_s} s`), total_s * 1000);
  const nothing = (): void =>
    giveUp(`no answer within ${first_s} s${opened ? ", though it began one and kept the connection" : ""}`);
  let silence = setTimeout(nothing, first_s * 1000);
  const wait = quiet === undefined ? undefined : setTimeout(quiet.tell, quiet.afterMs);
  const heard = (): void => {
    clearTimeout(silence);
    const { started } = collector;
    if (started) clearTimeout(wait);
    silence = started
      ? setTimeout(() => giveUp(`silent for ${stall_s} s in the middle of an answer`), stall_s * 1000)
      : setTimeout(nothing, first_s * 1000);
  };
  try {
    if (profile.stream) {
      const create = client.chat.completions.create(
        { ...body, stream: true } as OpenAI.ChatCompletionCreateParamsStreaming,
        { signal: stop.signal },
      );
      const { data: stream, response } = await create.withResponse();
      opened = true;
      if (response.body === null) throw new BadAnswer(`the endpoint answered with nothing (status ${response.status})`);
      const media = response.headers.get("content-type") ?? "";
      if (media !== "" && !/event-stream/i.test(media)) {
        // Asked to stream, the endpoint answered in one piece.
        const said = await response.text();
        if (/html/i.test(media)) {
          const page = readErrorBody(said).message.slice(0, 200);
          throw new BadAnswer(`the answer is ${media}, not a chat completion: ${page}`);
        }
        for (const value of valuesOf(said)) collector.take(value);
        collector.checkEnd(false);
        return collector.reply;
      }
      for await (const chunk of stream) {
        if (collector.take(chunk)) heard();
        if (collector.lost()) {
          stream.controller.abort();
          collector.cut();
          break;
        }
      }
      // The library ends an aborted stream as if it were complete.
      if (gaveUp !== undefined || signal.aborted) throw new APIUserAbortError();
      collector.checkEnd(true);
    } else {
      const create = client.chat.completions.create(
        { ...body, stream: false } as OpenAI.ChatCompletionCreateParamsNonStreaming,
        { signal: stop.signal },
      );
      const whole: unknown = await create;
      if (typeof whole === "string") throw new BadAnswer("the answer is text, not a chat completion");
      collector.take(whole);
      collector.checkEnd(false);
    }
    return collector.reply;
  } catch (thrown) {
    onPart?.(collector.reply);
    if (gaveUp !== undefined && !signal.aborted) throw gaveUp;
    if (thrown instanceof SyntaxError) throw new BadAnswer(`the answer is not JSON: ${quoted(arrived.start)}`);
    throw thrown;
  } finally {
    clearTimeout(total);
    clearTimeout(silence);
    clearTimeout(wait);
    stopping[Symbol.dispose]();
  }
}

/** The first words of an answer that cannot be read. */
const quoted = (text: string): string => JSON.stringify(text.replace(/\s+/g, " ").trim().slice(0, 160));
