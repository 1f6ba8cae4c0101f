import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Answer, overflow, play } from "./answers.ts";
import { bodyText, type Recorded, record } from "./request.ts";
import type { Strict } from "./strict.ts";

/** How a model of the scripted server behaves on every request, whatever its script says. */
export interface ScriptedModel {
  /** Context in tokens; a longer request is refused in vLLM's words. Default: no limit. */
  context?: number;
  /** The list of models does not tell the context. */
  hidesContext?: boolean;
  /** Side in pixels of the square that costs one token. Default 28. */
  patch?: number;
  imagesDropped?: boolean;
  /** Pictures per request, as vLLM limits them. */
  maxImages?: number;
  /** Request fields that are refused with a 400. */
  refuses?: string[];
  /** Native tools are refused, as by vLLM without --enable-auto-tool-choice. */
  noTools?: boolean;
  /** The only key that is let in. */
  key?: string;
  /** A provider's own refusals. */
  strict?: Strict;
  /** Most bytes of a request, as nginx and providers limit them. */
  mostBytes?: number;
}

export interface ScriptedServer {
  /** Base URL for a profile. */
  url: string;
  /** Chat requests in the order they came, refused ones included. */
  requests: Recorded[];
  /** Most requests that were open at once. */
  mostOpen: () => number;
  /** Appends answers to a model's script. */
  script(model: string, ...answers: Answer[]): void;
  /** What a model answers when its script is over; without it a request past the end is refused with 400. */
  otherwise(model: string, answer: Answer): void;
  close(): Promise<void>;
}

function refusal(seen: Recorded, model: ScriptedModel): Answer | undefined {
  const bad = (message: string, status = 400): Answer => ({ kind: "status", status, message });
  if (model.key !== undefined && seen.bearer !== model.key) {
    return bad(
      `Incorrect API key provided: ${seen.bearer?.slice(0, 6)}****. You can find your API key in the console.`,
      401,
    );
  }
  for (const field of model.refuses ?? []) {
    if (field in seen.body) return bad(`Unsupported parameter: '${field}' is not supported with this model.`);
  }
  const strict = model.strict?.(seen);
  if (strict) return strict;
  if (model.noTools && seen.tools.length > 0) {
    return bad('"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set');
  }
  if (model.maxImages !== undefined && seen.images.length > model.maxImages) {
    return bad(`At most ${model.maxImages} image(s) may be provided in one prompt.`);
  }
  if (model.context !== undefined && seen.promptTokens + seen.maxTokens > model.context) {
    return overflow(model.context, seen.promptTokens, seen.maxTokens);
  }
  return undefined;
}

/** An endpoint on loopback that speaks chat completions, streaming and plain, and answers from a script per model. */
export async function scriptedServer(models: Record<string, ScriptedModel>): Promise<ScriptedServer> {
  const requests: Recorded[] = [];
  const scripts = new Map<string, Answer[]>();
  const otherwise = new Map<string, Answer>();
  let open = 0;
  let most = 0;
  const server = createServer((request, response) => {
    const fail = (status: number, message: string): void => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify({ error: { message } }));
    };
    const handle = async (): Promise<void> => {
      if (request.method === "GET" && request.url === "/v1/models") {
        response.writeHead(200, { "content-type": "application/json" });
        const data = Object.entries(models).map(([id, model]) => ({
          id,
          object: "model",
          ...(model.context === undefined || model.hidesContext ? {} : { max_model_len: model.context }),
        }));
        response.end(JSON.stringify({ object: "list", data }));
        return;
      }
      if (request.method !== "POST" || request.url !== "/v1/chat/completions") return fail(404, "no such path");
      const json = await bodyText(request);
      const name = (JSON.parse(json) as { model?: unknown }).model;
      const model = typeof name === "string" ? models[name] : undefined;
      if (!model || typeof name !== "string") return fail(404, `The model \`${String(name)}\` does not exist.`);
      const seen = await record(request, json, {
        patch: model.patch ?? 28,
        imagesDropped: model.imagesDropped === true,
      });
      requests.push(seen);
      if (json.length > (model.mostBytes ?? Number.POSITIVE_INFINITY)) {
        response.writeHead(413, { "content-type": "text/html" });
        response.end("<html><head><title>413 Request Entity Too Large</title></head><body>nginx</body></html>");
        return;
      }
      const answer = refusal(seen, model) ?? scripts.get(name)?.shift() ?? otherwise.get(name);
      if (!answer) return fail(400, `the script of ${name} is over`);
      await play(answer, seen, response);
    };
    most = Math.max(most, ++open);
    response.on("close", () => open--);
    handle().catch((error: unknown) => fail(400, `the scripted server could not read this: ${String(error)}`));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    mostOpen: () => most,
    script: (model, ...answers) => void scripts.set(model, [...(scripts.get(model) ?? []), ...answers]),
    otherwise: (model, answer) => void otherwise.set(model, answer),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
