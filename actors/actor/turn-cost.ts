import { toVigaError, type VigaError } from "../../config/errors.ts";
import type { Usage } from "../../machines/domain/index.ts";

/** What a turn that failed had spent by then, by its error. */
const costs = new WeakMap<VigaError, Usage>();

/** Does a player's turn; when it fails, what it had spent stays with the error, for the run's account. */
export async function accounted<T>(usage: () => Usage, turn: () => Promise<T>): Promise<T> {
  try {
    return await turn();
  } catch (thrown) {
    const error = toVigaError(thrown);
    if (usage().calls > 0) costs.set(error, usage());
    throw error;
  }
}

export function costOfFailure(error: VigaError): Usage | undefined {
  return costs.get(error);
}
