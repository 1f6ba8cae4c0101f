import { toVigaError } from "../../config/errors.ts";
import type { makePlayerIO } from "../actor/player-io.ts";

/**
 * Has a shadow player do its turn beside the real one. What it says goes on the tape with its cost, and nowhere else;
 * the round does not wait for it and does not fail with it.
 */
export async function runShadow(
  { io, usage }: ReturnType<typeof makePlayerIO>,
  type: string,
  player: string,
  t: number,
  turn: () => Promise<unknown>,
): Promise<void> {
  try {
    const said = await turn();
    io.note(type, { player, t, said, usage: usage() });
  } catch (error) {
    if (!io.signal.aborted) io.note(type, { player, t, error: toVigaError(error).toData(), usage: usage() });
  }
}
