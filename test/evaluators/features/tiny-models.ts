import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { float, int64, onnx } from "./onnx.ts";

function write(folder: string, files: Record<string, object | Buffer>): string {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, Buffer.isBuffer(content) ? content : JSON.stringify(content));
  }
  return folder;
}

/** A vision model whose features are a picture's mean red, green and blue, each less a half. */
export const tinyClip = (folder: string): string =>
  write(folder, {
    "config.json": { model_type: "clip_vision_model", architectures: ["CLIPVisionModelWithProjection"] },
    "preprocessor_config.json": {
      feature_extractor_type: "CLIPFeatureExtractor",
      image_processor_type: "CLIPImageProcessor",
      crop_size: 8,
      do_center_crop: true,
      do_normalize: true,
      do_resize: true,
      image_mean: [0.5, 0.5, 0.5],
      image_std: [1, 1, 1],
      resample: 3,
      size: 8,
    },
    "onnx/vision_model.onnx": onnx({
      nodes: [
        { op: "GlobalAveragePool", inputs: ["pixel_values"], output: "pooled" },
        { op: "Flatten", inputs: ["pooled"], output: "image_embeds" },
      ],
      inputs: [["pixel_values", float, ["batch", 3, "height", "width"]]],
      output: ["image_embeds", ["batch", 3]],
    }),
  });

const vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "red", "blue", "cube"];

/** A sentence model whose tokens are points: red and blue stand across each other, cube between them. */
export const tinySentences = (folder: string): string =>
  write(folder, {
    "config.json": { model_type: "bert", architectures: ["BertModel"] },
    "tokenizer_config.json": { tokenizer_class: "BertTokenizer", model_max_length: 64 },
    "tokenizer.json": {
      version: "1.0",
      truncation: null,
      padding: null,
      added_tokens: [],
      normalizer: {
        type: "BertNormalizer",
        clean_text: true,
        handle_chinese_chars: true,
        strip_accents: null,
        lowercase: true,
      },
      pre_tokenizer: { type: "BertPreTokenizer" },
      post_processor: null,
      decoder: { type: "WordPiece", prefix: "##", cleanup: true },
      model: {
        type: "WordPiece",
        unk_token: "[UNK]",
        continuing_subword_prefix: "##",
        max_input_chars_per_word: 100,
        vocab: Object.fromEntries(vocabulary.map((word, index) => [word, index])),
      },
    },
    "onnx/model.onnx": onnx({
      nodes: [{ op: "Gather", inputs: ["table", "input_ids"], output: "last_hidden_state" }],
      inputs: [
        ["input_ids", int64, ["batch", "tokens"]],
        ["attention_mask", int64, ["batch", "tokens"]],
      ],
      output: ["last_hidden_state", ["batch", "tokens", 2]],
      tables: [{ name: "table", dims: [7, 2], values: [0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 1, 1] }],
    }),
  });
