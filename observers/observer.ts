import { z } from "zod";

/** One event of the tape as observers see it. `seq` is its place in the stream and grows; gaps are other runs' events. */
export const tapeEvent = z.object({
  seq: z.number().int().positive(),
  id: z.string(),
  /** ISO 8601, UTC. */
  time: z.string(),
  run: z.string(),
  role: z.string(),
  type: z.string(),
  data: z.record(z.string(), z.unknown()),
});
export type TapeEvent = z.infer<typeof tapeEvent>;

/**
 * Somebody who only listens. Events come in order, from the run's first; after a resume they come again from the
 * first, so what an observer writes must be the same the second time.
 */
export interface Observer {
  on(event: TapeEvent): void | Promise<void>;
  close(): Promise<void>;
}
