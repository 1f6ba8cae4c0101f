import { z } from "zod";
import type { Picture } from "../pictures/picture.ts";
import { resize } from "../pictures/resize.ts";
import { cosine, loadModel, readTensor } from "./library.ts";

/** The model of BlenderGym's N-CLIP, in a form that the library reads. */
export const clipModel = "Xenova/clip-vit-base-patch32";

export interface Clip {
  /** The model's features of a picture. */
  features(picture: Picture): Promise<Float32Array>;
}

const three = z.tuple([z.number(), z.number(), z.number()]);

/** How a model wants its pictures, from its own preprocessor_config.json: sides in pixels, means and deviations of 0..1. */
const wanted = z.looseObject({
  size: z.union([z.number(), z.looseObject({ shortest_edge: z.number() }).transform((size) => size.shortest_edge)]),
  crop_size: z.union([z.number(), z.looseObject({ height: z.number() }).transform((size) => size.height)]),
  image_mean: three,
  image_std: three,
});
type Wanted = z.infer<typeof wanted>;

/**
 * A picture as CLIP's own processor makes it: the shorter side scaled to `size` by Pillow's bicubic, the middle cut out, each
 * channel normalised. The library's processor pads a wide picture with black pixels, so it is not used.
 */
export function pixelsFor(picture: Picture, { size, crop_size: side, image_mean, image_std }: Wanted): Float32Array {
  const { width, height } = picture;
  const long = Math.trunc((size * Math.max(width, height)) / Math.min(width, height));
  const [across, down] = width <= height ? [size, long] : [long, size];
  const { rgb } = resize(picture, across, down, "bicubic");
  const [left, top] = [Math.floor((across - side) / 2), Math.floor((down - side) / 2)];
  const pixels = new Float32Array(3 * side * side);
  for (let channel = 0, to = 0; channel < 3; channel++) {
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++, to++) {
        const value = rgb[3 * ((top + y) * across + left + x) + channel]! / 255;
        pixels[to] = (value - image_mean[channel]!) / image_std[channel]!;
      }
    }
  }
  return pixels;
}

/** Opens a CLIP vision model: a local folder, or a name of the hub. @throws VigaError dependency_missing, not_found */
export async function openClip(model: string): Promise<Clip> {
  return loadModel(model, async (library, name, options) => {
    const processor = await library.AutoProcessor.from_pretrained(name, options);
    // A processor is a function with its settings as properties.
    const own = (processor as { image_processor?: object }).image_processor ?? processor;
    const how = wanted.parse({ ...own });
    const vision = await library.CLIPVisionModelWithProjection.from_pretrained(name, options);
    const side = how.crop_size;
    return {
      async features(picture) {
        const pixels = new library.Tensor("float32", pixelsFor(picture, how), [1, 3, side, side]);
        const { image_embeds: embeds } = (await vision({ pixel_values: pixels })) as { image_embeds?: unknown };
        return readTensor(embeds).data;
      },
    };
  });
}

/** N-CLIP: 1 - the cosine of two pictures' features, 0 (alike) to 2. */
export async function negativeClip(clip: Clip, one: Picture, other: Picture): Promise<number> {
  return 1 - cosine(await clip.features(one), await clip.features(other));
}
