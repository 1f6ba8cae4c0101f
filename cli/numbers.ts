import { InvalidArgumentError } from "commander";
import { type Gpu, readGpu } from "../config/executors.ts";

/** Reads a flag that takes a whole number from `least` to `most`. */
export const whole =
  (least: number, most = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most) {
      const range = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `${least} to ${most}`;
      throw new InvalidArgumentError(`expected a whole number, ${range}.`);
    }
    return value;
  };

/** Reads a flag that takes a GPU's number or UUID. */
export function gpuName(text: string): Gpu {
  const gpu = readGpu(text);
  if (gpu === undefined)
    throw new InvalidArgumentError("expected a GPU's number, like 0, or its UUID, like GPU-8932f937");
  return gpu;
}
