import { cosine, loadModel, readTensor } from "./library.ts";

/** The model of SlideBench's text part, in a form that the library reads. */
export const sentenceModel = "Xenova/all-MiniLM-L6-v2";

export interface Sentences {
  /** Cosine of two texts' embeddings, mean of tokens, as sentence-transformers has it. */
  likeness(a: string, b: string): Promise<number>;
}

/** Opens a sentence model: a local folder, or a name of the hub. @throws VigaError dependency_missing, not_found */
export async function openSentences(model: string): Promise<Sentences> {
  const embed = await loadModel(model, (library, name, options) =>
    library.pipeline("feature-extraction", name, options),
  );
  const known = new Map<string, Promise<Float32Array>>();
  const vector = (text: string) => {
    const made =
      known.get(text) ?? embed(text, { pooling: "mean", normalize: true }).then((tensor) => readTensor(tensor).data);
    known.set(text, made);
    return made;
  };
  return { likeness: async (a, b) => cosine(await vector(a), await vector(b)) };
}
