import { z } from "zod";
import { type AssetRequest, dataUri, lacksPicture, type Service, type StepState } from "./service.ts";

/*
 * Meshy's API as its documentation has it: https://docs.meshy.ai/api/text-to-3d (preview, then refine),
 * https://docs.meshy.ai/api/image-to-3d, https://docs.meshy.ai/api/rigging, https://docs.meshy.ai/api/animation,
 * https://docs.meshy.ai/api/animation-library, https://docs.meshy.ai/api/task-lifecycle, https://docs.meshy.ai/api-errors.
 * A task that runs cannot be cancelled, and deleting one would throw away what was paid for.
 */

const made = z.object({ result: z.string().min(1) });
const link = z.string().nullish();
const task = z.object({
  status: z.string(),
  progress: z.number().default(0),
  model_urls: z.object({ glb: link }).nullish(),
  task_error: z.object({ message: link }).nullish(),
  result: z
    .object({
      rigged_character_glb_url: link,
      animation_glb_url: link,
      basic_animations: z.object({ walking_glb_url: link, running_glb_url: link }).nullish(),
    })
    .nullish(),
});

const paths: Record<string, string> = {
  preview: "/openapi/v2/text-to-3d",
  refine: "/openapi/v2/text-to-3d",
  image: "/openapi/v1/image-to-3d",
  rig: "/openapi/v1/rigging",
  animate: "/openapi/v1/animations",
};

/** Actions of the library by verb; walking and running come with the bones. */
const actions: readonly (readonly [RegExp, number])[] = [
  [/^(idle|stand|wait|breath)/, 0],
  [/^(look|alert|watch)/, 2],
  [/^(rise|aris|get up|wake)/, 3],
  [/^(attack|fight|hit|strike|slash)/, 4],
  [/^(die|dead|fall)/, 8],
  [/^jump/, 13],
];

const given = (action: string): "walk" | "run" | null =>
  /^walk/.test(action) ? "walk" : /^(run|jog|sprint)/.test(action) ? "run" : null;

const idOf = (action: string): number | undefined => actions.find(([verb]) => verb.test(action))?.[1];
const verbOf = ({ action }: AssetRequest): string | undefined => action?.trim().toLowerCase();
/** Longest prompt, characters. */
const mostText = 600;

export const meshy: Service = {
  kind: "meshy",
  authorization: (key) => `Bearer ${key}`,
  refuses(request) {
    const verb = verbOf(request);
    const uncut = lacksPicture(request);
    if (uncut !== null) return uncut;
    if (verb === undefined || given(verb) !== null || idOf(verb) !== undefined) return null;
    return `it has no movement "${verb}" here: walk, run, idle, look, rise, attack, die, jump`;
  },
  steps(request) {
    const verb = verbOf(request);
    const shape = request.picture === undefined ? ["preview", "refine"] : ["image"];
    if (verb === undefined) return shape;
    return given(verb) === null ? [...shape, "rig", "animate"] : [...shape, "rig"];
  },
  async begin(step, request, before, wire) {
    const last = before.at(-1)?.id;
    const bodies: Record<string, () => unknown> = {
      preview: () => ({ mode: "preview", prompt: request.text.slice(0, mostText) }),
      refine: () => ({ mode: "refine", preview_task_id: last, enable_pbr: true }),
      image: () => ({ image_url: dataUri(request.picture!), enable_pbr: true, should_texture: true }),
      rig: () => ({ input_task_id: last }),
      animate: () => ({ rig_task_id: last, action_id: idOf(verbOf(request) ?? "") }),
    };
    return made.parse(await wire.post(paths[step]!, bodies[step]!())).result;
  },
  async ask({ name, id }, request, wire): Promise<StepState> {
    const { status, progress, ...found } = task.parse(await wire.get(`${paths[name]}/${encodeURIComponent(id)}`));
    switch (status) {
      case "PENDING":
        return { state: "waiting", progress: 0 };
      case "IN_PROGRESS":
        return { state: "working", progress: progress / 100 };
      case "SUCCEEDED":
        return { state: "done", url: urlOf(found, given(verbOf(request) ?? "")) };
      default:
        return { state: "failed", why: found.task_error?.message || `the task ended as ${status}` };
    }
  },
};

function urlOf({ model_urls, result }: Partial<z.output<typeof task>>, way: "walk" | "run" | null): string | null {
  const basic = result?.basic_animations;
  const moving = way === "walk" ? basic?.walking_glb_url : way === "run" ? basic?.running_glb_url : null;
  return result?.animation_glb_url ?? moving ?? result?.rigged_character_glb_url ?? model_urls?.glb ?? null;
}
