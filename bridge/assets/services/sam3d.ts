import sharp from "sharp";
import { z } from "zod";
import { type AssetRequest, dataUri, type Service, type StepState, type Wire } from "./service.ts";

/*
 * SAM 3D Objects as fal serves it: https://fal.ai/models/fal-ai/sam-3/3d-objects/api over the queue of
 * https://docs.fal.ai/model-endpoints/queue (POST, then the status_url, response_url and cancel_url of its answer). A server of
 * one's own has the same API at any URL. It cuts the thing out of the picture by itself, by a text and a box in pixels.
 */

const made = z.object({
  request_id: z.string().min(1),
  status_url: z.string().optional(),
  response_url: z.string().optional(),
  cancel_url: z.string().optional(),
});
const status = z.object({ status: z.string(), error: z.string().nullish() });
const file = z.object({ url: z.string() });
const result = z.object({ model_glb: file.nullish(), individual_glbs: z.array(file).nullish() });

/** An id that holds all that later calls need: the queue's own links, or the usual ones under its URL. */
const linked = z.object({ status: z.string(), response: z.string(), cancel: z.string() });

const linksOf = (id: string) => linked.parse(JSON.parse(id));

async function bodyOf({ name, text, picture, scene }: AssetRequest): Promise<unknown> {
  const prompt = name.trim() === "" ? text : name;
  if (scene === undefined) return { image_url: dataUri(picture!), prompt, export_textured_glb: true };
  const { box } = scene;
  const { width = 0, height = 0 } = await sharp(scene.picture).metadata();
  const boxes =
    box === undefined
      ? []
      : [
          {
            x_min: Math.floor(box.left * width),
            y_min: Math.floor(box.top * height),
            x_max: Math.ceil(box.right * width),
            y_max: Math.ceil(box.bottom * height),
          },
        ];
  return { image_url: dataUri(scene.picture), prompt, box_prompts: boxes, export_textured_glb: true };
}

export const sam3d: Service = {
  kind: "sam3d",
  authorization: (key) => `Key ${key}`,
  refuses({ picture, scene, action }) {
    if (picture === undefined && scene === undefined) return "it makes models of pictures only (reference_type: image)";
    return action === undefined ? null : "it gives no bones and no movement";
  },
  steps: () => ["model"],
  async begin(_step, request, _before, wire: Wire) {
    const { request_id, status_url, response_url, cancel_url } = made.parse(await wire.post("", await bodyOf(request)));
    const at = `/requests/${encodeURIComponent(request_id)}`;
    return JSON.stringify({
      status: status_url ?? `${at}/status`,
      response: response_url ?? at,
      cancel: cancel_url ?? `${at}/cancel`,
    });
  },
  async ask({ id }, _request, wire): Promise<StepState> {
    const links = linksOf(id);
    const found = status.parse(await wire.get(links.status));
    if (found.status === "IN_QUEUE") return { state: "waiting", progress: 0 };
    if (found.status === "IN_PROGRESS") return { state: "working", progress: 0.5 };
    if (found.status !== "COMPLETED" || found.error) {
      return { state: "failed", why: found.error || `the request ended as ${found.status}` };
    }
    const { model_glb, individual_glbs } = result.parse(await wire.get(links.response));
    return { state: "done", url: model_glb?.url ?? individual_glbs?.[0]?.url ?? null };
  },
  async cancel({ id }, wire) {
    await wire.put(linksOf(id).cancel);
  },
};
