import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** The smallest .glb with a mesh: one triangle. */
export function tinyGlb(): Buffer {
  const points = Buffer.from(new Float32Array([0, 0, 0, 1, 0, 0, 0, 2, 0]).buffer);
  const json = JSON.stringify({
    asset: { version: "2.0" },
    scene: 0,
    scenes: [{ nodes: [0] }],
    nodes: [{ mesh: 0, name: "Made" }],
    meshes: [{ primitives: [{ attributes: { POSITION: 0 } }] }],
    buffers: [{ byteLength: points.length }],
    bufferViews: [{ buffer: 0, byteLength: points.length }],
    accessors: [{ bufferView: 0, componentType: 5126, count: 3, type: "VEC3", min: [0, 0, 0], max: [1, 2, 0] }],
  });
  const text = Buffer.from(json.padEnd(Math.ceil(json.length / 4) * 4));
  const head = Buffer.alloc(12);
  const chunk = (kind: number, bytes: Buffer) => {
    const start = Buffer.alloc(8);
    start.writeUInt32LE(bytes.length, 0);
    start.writeUInt32LE(kind, 4);
    return Buffer.concat([start, bytes]);
  };
  const body = Buffer.concat([chunk(0x4e4f534a, text), chunk(0x004e4942, points)]);
  head.write("glTF", 0, "latin1");
  head.writeUInt32LE(2, 4);
  head.writeUInt32LE(12 + body.length, 8);
  return Buffer.concat([head, body]);
}

export interface Asked {
  method: string;
  path: string;
  authorization: string | undefined;
  body: Record<string, unknown>;
}

/** How a service behaves; every field is one failure. */
export interface Behaviour {
  /** Answers before the first good one, by status. */
  refuse?: { status: number; body?: unknown; times?: number; headers?: Record<string, string> };
  /** The job ends as failed, with this reason. */
  fails?: string;
  /** It never ends. */
  endless?: boolean;
  /** What is fetched in place of a model. */
  model?: Buffer;
  /** What a poll answers in place of the documented form. */
  odd?: unknown;
  /** Polls that find it at work. */
  polls?: number;
  /** The model's link. */
  link?: string;
  riggable?: boolean;
}

/** A local server that answers like Meshy, Tripo and fal's queue do, by their documentation. */
export async function assetServices() {
  const asked: Asked[] = [];
  const state = { behaviour: {} as Behaviour, ids: 0, refused: 0 };
  const polled = new Map<string, number>();
  let url = "";

  const link = (): string => state.behaviour.link ?? `${url}/files/made.glb`;
  /** How a job stands: at work for some polls, then done or failed. */
  const stand = (id: string): "waiting" | "working" | "done" | "failed" => {
    const times = (polled.get(id) ?? 0) + 1;
    polled.set(id, times);
    if (times === 1) return "waiting";
    if (state.behaviour.endless || times <= 1 + (state.behaviour.polls ?? 1)) return "working";
    return state.behaviour.fails === undefined ? "done" : "failed";
  };

  function meshy(path: string, post: boolean): unknown {
    if (post) return { result: `task-${++state.ids}` };
    const status = { waiting: "PENDING", working: "IN_PROGRESS", done: "SUCCEEDED", failed: "FAILED" }[stand(path)];
    const done = status === "SUCCEEDED";
    const moved = path.includes("/v1/rigging") || path.includes("/v1/animations");
    return {
      id: path.split("/").at(-1),
      status,
      progress: done ? 100 : 40,
      ...(done && !moved ? { model_urls: { glb: link(), fbx: "" } } : {}),
      ...(done && path.includes("/v1/rigging")
        ? { result: { rigged_character_glb_url: link(), basic_animations: { walking_glb_url: `${link()}?walk` } } }
        : {}),
      ...(done && path.includes("/v1/animations") ? { result: { animation_glb_url: `${link()}?moved` } } : {}),
      task_error: { message: status === "FAILED" ? state.behaviour.fails : "" },
    };
  }

  function tripo(path: string, post: boolean): unknown {
    if (path.endsWith("/upload")) return { code: 0, data: { image_token: "token-1" } };
    if (post) return { code: 0, data: { task_id: `task-${++state.ids}` } };
    const status = { waiting: "queued", working: "running", done: "success", failed: "failed" }[stand(path)];
    const output = status === "success" ? { pbr_model: link(), riggable: state.behaviour.riggable ?? true } : {};
    return { code: 0, data: { task_id: "x", status, progress: 40, output, error_msg: state.behaviour.fails } };
  }

  function fal(path: string, post: boolean): unknown {
    if (post) {
      const at = `${url}/fal-ai/sam-3/requests/r${++state.ids}`;
      return { request_id: `r${state.ids}`, status_url: `${at}/status`, response_url: at, cancel_url: `${at}/cancel` };
    }
    if (path.endsWith("/cancel")) return { status: "CANCELLATION_REQUESTED" };
    if (!path.endsWith("/status")) return { model_glb: { url: link() }, individual_glbs: [], metadata: [] };
    const status = { waiting: "IN_QUEUE", working: "IN_PROGRESS", done: "COMPLETED", failed: "COMPLETED" }[stand(path)];
    return { status, ...(state.behaviour.fails && status === "COMPLETED" ? { error: state.behaviour.fails } : {}) };
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString("latin1");
    const path = request.url ?? "";
    const body = text.startsWith("{") ? (JSON.parse(text) as Record<string, unknown>) : { bytes: text.length };
    asked.push({ method: request.method ?? "", path, authorization: request.headers.authorization, body });
    const { refuse, odd } = state.behaviour;
    if (path.startsWith("/files/")) {
      response.end(state.behaviour.model ?? tinyGlb());
      return;
    }
    const send = (status: number, value: unknown, headers: Record<string, string> = {}) => {
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(typeof value === "string" ? value : JSON.stringify(value));
    };
    if (refuse !== undefined && state.refused < (refuse.times ?? Number.POSITIVE_INFINITY)) {
      state.refused += 1;
      return send(refuse.status, refuse.body ?? {}, refuse.headers);
    }
    const post = request.method === "POST";
    if (odd !== undefined && !post) return send(200, odd);
    send(
      200,
      path.startsWith("/openapi") ? meshy(path, post) : path.startsWith("/v2") ? tripo(path, post) : fal(path, post),
    );
  }

  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    asked,
    behave(behaviour: Behaviour) {
      Object.assign(state, { behaviour, refused: 0 });
      asked.length = 0;
      polled.clear();
    },
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
