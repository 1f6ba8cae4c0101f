import { z } from "zod";
import { VigaError } from "../../../config/errors.ts";
import { type AssetRequest, lacksPicture, type Service, type StepState } from "./service.ts";

/*
 * Tripo's API, v2, as its documentation has it: https://platform.tripo3d.ai/docs/generation, .../upload, .../task,
 * https://docs.tripo3d.ai/animation/retarget.html, https://docs.tripo3d.ai/zh/animation/pre-rig-check-v2-0-20250506.html.
 * A task that runs cannot be cancelled; links to what it made are good for some minutes.
 */

/** Code of an account without credit. */
const noCredit = 2010;
/** Every answer; `code` other than 0 is an error. */
const answer = z.object({ code: z.number(), data: z.unknown().optional(), message: z.string().optional() });
const made = z.object({ task_id: z.string().min(1) });
const uploaded = z.object({ image_token: z.string().min(1) });
const link = z.string().nullish();
const task = z.object({
  status: z.string(),
  progress: z.number().default(0),
  output: z.object({ model: link, pbr_model: link, base_model: link, riggable: z.boolean().nullish() }).nullish(),
  error_msg: z.string().nullish(),
});

const verbs: readonly (readonly [RegExp, string])[] = [
  [/^(idle|stand|wait|breath)/, "preset:idle"],
  [/^walk/, "preset:walk"],
  [/^(run|jog|sprint)/, "preset:run"],
  [/^dive/, "preset:dive"],
  [/^climb/, "preset:climb"],
  [/^jump/, "preset:jump"],
  [/^(slash|attack|fight|strike)/, "preset:slash"],
  [/^shoot/, "preset:shoot"],
  [/^hurt/, "preset:hurt"],
  [/^(fall|die)/, "preset:fall"],
  [/^turn/, "preset:turn"],
];

const presetOf = ({ action }: AssetRequest): string | undefined =>
  verbs.find(([verb]) => verb.test(action?.trim().toLowerCase() ?? ""))?.[1];

const opened = <T>(schema: z.ZodType<T>, raw: unknown): T => {
  const { code, data, message } = answer.parse(raw);
  // Also where HTTP says 200.
  if (code === noCredit)
    throw new VigaError("budget_exhausted", `tripo has no credit left for this: ${message ?? code}`);
  if (code !== 0)
    throw new VigaError("engine_failed", `tripo answers with code ${code}: ${message ?? "no reason given"}`);
  return schema.parse(data);
};

const mostText = 1024;

export const tripo: Service = {
  kind: "tripo",
  authorization: (key) => `Bearer ${key}`,
  refuses(request) {
    const uncut = lacksPicture(request);
    if (uncut !== null) return uncut;
    if (request.action === undefined || presetOf(request) !== undefined) return null;
    return `it has no movement "${request.action}": idle, walk, run, dive, climb, jump, slash, shoot, hurt, fall, turn`;
  },
  steps: ({ action }) => (action === undefined ? ["model"] : ["model", "check", "rig", "animate"]),
  async begin(step, request, before, wire) {
    const idOf = (name: string): string | undefined => before.find((each) => each.name === name)?.id;
    const model = idOf("model");
    const bodies: Record<string, () => Promise<unknown>> = {
      model: async () => {
        if (request.picture === undefined) return { type: "text_to_model", prompt: request.text.slice(0, mostText) };
        const token = opened(uploaded, await wire.upload("/upload", request.picture, "picture.png")).image_token;
        return { type: "image_to_model", file: { type: "png", file_token: token } };
      },
      check: async () => ({ type: "animate_prerigcheck", original_model_task_id: model }),
      rig: async () => ({ type: "animate_rig", original_model_task_id: model, out_format: "glb" }),
      animate: async () => ({
        type: "animate_retarget",
        original_model_task_id: idOf("rig"),
        animation: presetOf(request),
        out_format: "glb",
      }),
    };
    return opened(made, await wire.post("/task", await bodies[step]!())).task_id;
  },
  async ask({ name, id }, _request, wire): Promise<StepState> {
    const found = opened(task, await wire.get(`/task/${encodeURIComponent(id)}`));
    const { status, progress, output } = found;
    if (status === "queued") return { state: "waiting", progress: 0 };
    if (status === "running") return { state: "working", progress: progress / 100 };
    if (status !== "success") return { state: "failed", why: found.error_msg || `the task ended as ${status}` };
    if (name === "check" && output?.riggable === false) {
      return { state: "failed", why: "it finds no body that bones could be put into" };
    }
    return { state: "done", url: output?.pbr_model ?? output?.model ?? output?.base_model ?? null };
  },
};
