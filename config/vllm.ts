import { fileURLToPath } from "node:url";

/** Folder of what is known about GPUs and about the models that vLLM serves (YAML), with a slash at its end. */
export const vllmFolder = fileURLToPath(new URL("./vllm/", import.meta.url));
