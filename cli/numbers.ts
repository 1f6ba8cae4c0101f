import { InvalidArgumentError } from "commander";

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

/** Reads a flag that takes a GPU's index. */
export function gpuIndex(text: string): number {
  if (!/^\d{1,3}$/.test(text)) throw new InvalidArgumentError("expected a GPU's index, like 0");
  return Number(text);
}
